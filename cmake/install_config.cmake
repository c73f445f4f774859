# Copies the YAML files below SOURCE to TARGET, below DESTDIR if that is set; a file that exists there stays as it is.
file(GLOB_RECURSE files RELATIVE ${SOURCE} ${SOURCE}/*.yaml)
foreach(file IN LISTS files)
  if(EXISTS $ENV{DESTDIR}${TARGET}/${file})
    message(STATUS "Kept: $ENV{DESTDIR}${TARGET}/${file}")
  else()
    get_filename_component(folder ${TARGET}/${file} DIRECTORY)
    # `file(INSTALL)` puts DESTDIR before the folder itself.
    file(INSTALL DESTINATION ${folder} TYPE FILE FILES ${SOURCE}/${file})
  endif()
endforeach()
