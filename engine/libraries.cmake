# The libraries that the rooms are built on. Included at the root, so that every folder knows their targets.
find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)

# The rooms above the processor's own work; the GPU machine builds without their libraries.
find_package(PkgConfig REQUIRED)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(UCHARDET REQUIRED IMPORTED_TARGET uchardet)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(VECTORSCAN REQUIRED IMPORTED_TARGET libhs)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_library(SQLITECPP_LIBRARY SQLiteCpp REQUIRED)
find_library(DNNL_LIBRARY dnnl REQUIRED)

# Ranks that are processes. CORPUSCOPE_MPI_FOUND tells whether they are built.
set(CORPUSCOPE_MPI_FOUND FALSE)
if(CORPUSCOPE_MPI)
  set(MPI_CXX_SKIP_MPICXX ON)
  if(CORPUSCOPE_MPI STREQUAL "REQUIRED")
    find_package(MPI REQUIRED COMPONENTS CXX)
  else()
    find_package(MPI QUIET COMPONENTS CXX)
  endif()
  set(CORPUSCOPE_MPI_FOUND ${MPI_CXX_FOUND})
endif()
