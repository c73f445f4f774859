# What nearly every test includes, precompiled: nothing of ours, so that no change of ours rebuilds it. The sources
# do without, so that each shows what it includes.
set(VEDETTE_TEST_HEADERS <algorithm> <chrono> <filesystem> <fstream> <functional> <map> <memory> <optional> <random>
  <string> <vector> <gmock/gmock.h> <gtest/gtest.h>)

# vedette_folder(NAME [WITHOUT regex] [USES our-targets...] [LIBRARIES third-party...]): a static library of
# all .cc files in the current folder, but those that match. Includes are relative to src/ and include/.
function(vedette_folder name)
  cmake_parse_arguments(ARG "" "WITHOUT" "USES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  if(ARG_WITHOUT)
    list(FILTER sources EXCLUDE REGEX "${ARG_WITHOUT}")
  endif()
  if(NOT sources)
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PUBLIC ${ARG_USES} PRIVATE vedette_options ${ARG_LIBRARIES})
endfunction()

# vedette_test(NAME [USES ...] [LABELS ...]): a GoogleTest program of all *_test.cc files in the
# current folder; every test case is a test of its own for CTest.
function(vedette_test name)
  cmake_parse_arguments(ARG "" "" "USES;LABELS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_USES} vedette_options GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE VEDETTE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_precompile_headers(${name} PRIVATE ${VEDETTE_TEST_HEADERS})
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 300)
endfunction()
