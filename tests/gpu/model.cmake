# The decoder on a GPU beside the processor's: gpu_model where there is a CUDA compiler, gpu_model_emulated with every
# kernel as plain C++. The processor's is a part of the whole build; alone its sources are compiled here, without oneDNN
# and MPI, with the headers of fmt and nlohmann-json that carry.sh puts beside them where the machine has none.
if(TARGET room_model)
  add_library(gpu_twin INTERFACE)
  target_link_libraries(gpu_twin INTERFACE corpuscope_options room_model room_parallel room_attention room_compute
    room_pattern room_core)
else()
  find_path(CARRIED_HEADERS nlohmann/json.hpp HINTS ${source_root}/build/carried)
  find_package(OpenMP QUIET COMPONENTS CXX)
  find_package(Threads REQUIRED)
  if(NOT CARRIED_HEADERS OR NOT EXISTS ${CARRIED_HEADERS}/fmt/ranges.h OR NOT OpenMP_CXX_FOUND)
    message(STATUS "The decoder's tests: left out; they need OpenMP, and the headers that tests/gpu/carry.sh collects")
    return()
  endif()
  file(GLOB sources ${source_root}/engine/core/*.cpp ${source_root}/engine/pattern/*.cpp
    ${source_root}/engine/compute/*.cpp ${source_root}/engine/attention/*.cpp ${source_root}/engine/parallel/*.cpp
    ${source_root}/engine/model/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/(gemm|mpi|import|gguf_checkpoint|(loops|kernel)_a[vm].*)\\.cpp$")
  add_library(gpu_twin STATIC ${sources})
  target_compile_definitions(gpu_twin PUBLIC FMT_HEADER_ONLY CORPUSCOPE_SOURCE_DIR="${source_root}")
  target_compile_options(gpu_twin PRIVATE -O3 -fno-math-errno)
  target_include_directories(gpu_twin SYSTEM PUBLIC ${CARRIED_HEADERS})
  target_include_directories(gpu_twin PUBLIC ${source_root}/engine ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(gpu_twin PUBLIC OpenMP::OpenMP_CXX Threads::Threads ${CMAKE_DL_LIBS})
endif()

file(GLOB model_sources CONFIGURE_DEPENDS ${source_root}/engine/model/cuda/*.cpp)
file(GLOB kernels CONFIGURE_DEPENDS ${source_root}/engine/compute/cuda/*.cu ${source_root}/engine/parallel/cuda/*.cu)
list(FILTER model_sources EXCLUDE REGEX "/backend\\.cpp$")  # what a program takes, for which NCCL is needed
set(parallel_sources ${source_root}/engine/parallel/cuda/device_collective.cpp
  ${source_root}/engine/parallel/cuda/head_exchange.cpp
  ${source_root}/engine/parallel/cuda/sequence_attention.cpp)

add_subdirectory(emulated_compute)  # a folder of its own: there kernels are C++

if(CORPUSCOPE_CUDA_FOUND)
  if(TARGET room_model_cuda)
    add_library(gpu_decoder ALIAS room_model_cuda)
  else()
    file(GLOB host_sources CONFIGURE_DEPENDS ${source_root}/engine/compute/cuda/*.cpp)
    find_path(NCCL_INCLUDE nccl.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
    set(nccl ${source_root}/engine/parallel/cuda/nccl.cpp)
    if(NOT NCCL_INCLUDE)
      set(nccl ${source_root}/engine/parallel/cuda/nccl_absent.cpp)
    endif()
    add_library(gpu_decoder STATIC ${host_sources} ${model_sources} ${parallel_sources} ${nccl})
    corpuscope_cuda_sources(gpu_decoder ${kernels})
    target_compile_options(gpu_decoder PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:--extended-lambda>)
    target_include_directories(gpu_decoder SYSTEM PUBLIC ${CUDAToolkit_INCLUDE_DIRS})
    target_link_libraries(gpu_decoder PUBLIC gpu_kernels gpu_twin CUDA::cudart_static)
  endif()
  foreach(program gpu_model gpu_libraries bench_decoder)
    string(REPLACE gpu_ "" source ${program})
    add_executable(${program} ${source}.cpp)
    target_include_directories(${program} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_compile_definitions(${program} PRIVATE CORPUSCOPE_SOURCE_DIR="${source_root}")
    target_link_libraries(${program} PRIVATE gpu_decoder gpu_kernels gpu_twin CUDA::cudart_static)
  endforeach()
  target_sources(gpu_model PRIVATE reading.cpp)
  corpuscope_gpu_test(gpu_model)
  corpuscope_gpu_test(gpu_libraries)
endif()
