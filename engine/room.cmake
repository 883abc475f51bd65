# A room is one folder and one static library. Code includes a room's headers as "<room>/<header>.h",
# and that path exists only for targets that link the room: an include against the direction of the
# arrows does not compile.
#
#   corpuscope_room(<name> [PUBLIC <room or library>...] [PRIVATE <room or library>...])
#
# PUBLIC are the rooms that appear in this room's headers, PRIVATE those its sources alone use.

add_library(corpuscope_options INTERFACE)
target_compile_options(corpuscope_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Werror;-Wno-psabi>)
if(CORPUSCOPE_SANITIZE)
  target_compile_options(corpuscope_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=address,undefined;-fno-omit-frame-pointer;-fno-sanitize-recover=undefined>)
  target_link_options(corpuscope_options INTERFACE -fsanitize=address,undefined)
endif()

# One folder that holds nothing but a link to the room, so that it can be an include directory.
function(corpuscope_expose name folder)
  set(gate ${PROJECT_BINARY_DIR}/rooms/${name})
  file(MAKE_DIRECTORY ${gate})
  file(CREATE_LINK ${folder} ${gate}/${name} SYMBOLIC)
endfunction()

function(corpuscope_room name)
  cmake_parse_arguments(ROOM "" "" "PUBLIC;PRIVATE;SOURCES" ${ARGN})
  if(NOT ROOM_SOURCES)
    file(GLOB ROOM_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  corpuscope_expose(${name} ${CMAKE_CURRENT_SOURCE_DIR})
  set(gate ${PROJECT_BINARY_DIR}/rooms/${name})
  if(ROOM_SOURCES)
    add_library(room_${name} STATIC ${ROOM_SOURCES})
    target_include_directories(room_${name} PUBLIC ${gate})
    target_link_libraries(room_${name} PUBLIC ${ROOM_PUBLIC} PRIVATE corpuscope_options ${ROOM_PRIVATE})
    if(CORPUSCOPE_SANITIZE)
      target_link_options(room_${name} PUBLIC -fsanitize=address,undefined)
    endif()
  else()
    add_library(room_${name} INTERFACE)
    target_include_directories(room_${name} INTERFACE ${gate})
    target_link_libraries(room_${name} INTERFACE ${ROOM_PUBLIC} ${ROOM_PRIVATE})
  endif()
endfunction()
