# `make install DESTDIR=...`. Configuration goes to /etc/vedette and is never overwritten; paths outside the
# prefix are those that systemd.unit(5) and the unit itself name.
if(TARGET vedette)
  install(TARGETS vedette RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES systemd/vedette.service DESTINATION /lib/systemd/system)
install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/vedette)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/vedette FILES_MATCHING PATTERN "*.md")
install(FILES config/REFERENCE.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/vedette OPTIONAL)
install(FILES systemd/network.conf DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/vedette/examples)
install(CODE "
  set(SOURCE \"${PROJECT_SOURCE_DIR}/config\")
  set(TARGET /etc/vedette)
  include(\"${PROJECT_SOURCE_DIR}/cmake/install_config.cmake\")")
