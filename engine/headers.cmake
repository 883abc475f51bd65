# Headers of libraries that most files of a target include, parsed once:
#
#   corpuscope_parse_once(<target> <header>...)
#   corpuscope_parse_once(<target> FROM <another target>)   what that one parsed; it must be compiled alike
#
# A file still includes what it uses: the asan preset compiles without this and notices.
function(corpuscope_parse_once target)
  cmake_parse_arguments(PARSE "" "FROM" "" ${ARGN})
  if(PARSE_FROM)
    target_precompile_headers(${target} REUSE_FROM ${PARSE_FROM})
  else()
    target_precompile_headers(${target} PRIVATE ${PARSE_UNPARSED_ARGUMENTS})
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
    target_compile_options(${target} PRIVATE -fpch-preprocess)  # else ccache could not look into these files
  endif()
endfunction()
