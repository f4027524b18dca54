# What every target of Quantscope shares: the language, the warnings, where programs land.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

option(QUANTSCOPE_WARNINGS_AS_ERRORS "Fail on any compiler warning (CI does)" OFF)
set(QUANTSCOPE_SANITIZE "" CACHE STRING "Sanitizers, as given to -fsanitize=")

# Reading the libraries' headers costs more than our own code: a first build takes a third of the time
# when the files of one library are compiled together. One after an edit is quicker without.
option(QUANTSCOPE_UNITY "Compile the files of one library together" ON)

find_program(MOLD mold) # not needed; links some ninety test programs a minute quicker
if(MOLD)
    add_link_options(-fuse-ld=mold)
endif()

find_program(CCACHE ccache) # not needed; only makes a second build quicker
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
    set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON) # ccache cannot keep what was compiled with them
endif()

# What most files include anyway, compiled once: a first build takes half the time. A file still includes
# what it uses; a build with ccache or with CMAKE_DISABLE_PRECOMPILE_HEADERS shows where it does not.
set(QUANTSCOPE_PRECOMPILED <Eigen/Core> <algorithm> <filesystem> <functional> <map> <memory> <optional>
    <span> <sstream> <string> <string_view> <vector>)

# quantscope_precompiled(<name> LINK <target>... HEADERS <header>...)
# A target to REUSE_FROM, for targets with the same definitions and options as LINK brings.
function(quantscope_precompiled name)
    cmake_parse_arguments(ARG "" "" "LINK;HEADERS" ${ARGN})
    file(WRITE ${CMAKE_BINARY_DIR}/${name}.cpp "")
    add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
    target_link_libraries(${name} PRIVATE quantscope_options Eigen3::Eigen ${ARG_LINK})
    target_precompile_headers(${name} PRIVATE ${QUANTSCOPE_PRECOMPILED} ${ARG_HEADERS})
endfunction()

# For targets of many small files. What is alike in two of them and local to neither has one name too many.
function(quantscope_compile_together name)
    if(QUANTSCOPE_UNITY)
        set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
        target_compile_options(${name} PRIVATE -Wno-subobject-linkage) # takes the parts for headers
    endif()
endfunction()

# quantscope_moc(<target>): what AUTOMOC does for headers beside their sources, in a twentieth of the time:
# moc gets no include folders, so it does not read Qt's headers, of which it needs nothing.
function(quantscope_moc target)
    get_target_property(sources ${target} SOURCES)
    foreach(source IN LISTS sources)
        string(REGEX REPLACE "cpp$" "h" header ${source})
        set(path ${CMAKE_CURRENT_SOURCE_DIR}/${header})
        if(NOT source MATCHES "[.]cpp$" OR NOT EXISTS ${path})
            continue()
        endif()
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path}) # it may become a QObject
        file(STRINGS ${path} objects REGEX "Q_OBJECT|Q_GADGET")
        if(objects)
            string(MAKE_C_IDENTIFIER ${header} name)
            set(moc ${CMAKE_CURRENT_BINARY_DIR}/moc_${name}.cpp)
            qt_generate_moc(${header} ${moc})
            target_sources(${target} PRIVATE ${moc})
        endif()
    endforeach()
endfunction()

add_library(quantscope_options INTERFACE)
target_include_directories(quantscope_options INTERFACE ${CMAKE_SOURCE_DIR})
# -ffp-contract=off: a fused multiply-add would change bytes that must equal ggml's.
target_compile_options(quantscope_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow=local -ffp-contract=off)
# GCC tidies its memory from the first megabytes on; at most 1.3 GB a compiler without, and quicker.
target_compile_options(quantscope_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=1000000>)
# Matrices begin where a cache line does: a vector of 64 bytes is then written in one piece.
target_compile_definitions(quantscope_options INTERFACE EIGEN_MAX_ALIGN_BYTES=64)
if(QUANTSCOPE_WARNINGS_AS_ERRORS)
    target_compile_options(quantscope_options INTERFACE -Werror
        # g++ 12 sees these where std::string is at work and nothing is wrong (its bugs 105329, 105651).
        -Wno-error=array-bounds -Wno-error=restrict -Wno-error=stringop-overflow -Wno-error=stringop-overread)
endif()
if(QUANTSCOPE_SANITIZE)
    # UBSan's checks of pointers make compiling take half as long again: only what reads or writes the
    # bytes of files has them. AddressSanitizer watches every pointer of the rest.
    set(checks_pointers "$<BOOL:$<TARGET_PROPERTY:QUANTSCOPE_CHECKS_POINTERS>>")
    target_compile_options(quantscope_options INTERFACE -fsanitize=${QUANTSCOPE_SANITIZE} -fno-omit-frame-pointer
        $<$<NOT:${checks_pointers}>:-fno-sanitize=null,alignment,object-size,vptr>)
    target_link_options(quantscope_options INTERFACE -fsanitize=${QUANTSCOPE_SANITIZE})
endif()

# quantscope_core_library(<folder> SOURCES <file>... [DEPENDS <folder>...] [LINK <target>...])
# One folder of core is one static library. DEPENDS names the folders it may use: CMake refuses a cycle
# and tests/tst_layers greps the includes.
function(quantscope_core_library folder)
    cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK" ${ARGN})
    add_library(core_${folder} STATIC ${ARG_SOURCES})
    list(TRANSFORM ARG_DEPENDS PREPEND core_)
    target_link_libraries(core_${folder} PUBLIC quantscope_options ${ARG_DEPENDS} ${ARG_LINK})
    target_precompile_headers(core_${folder} REUSE_FROM precompiled_core)
    if(folder MATCHES "^(base|files|formats|tokenizer|model|export)$")
        set_property(TARGET core_${folder} PROPERTY QUANTSCOPE_CHECKS_POINTERS ON)
    endif()
    if(NOT folder STREQUAL formats) # every format has an encode() of its own
        quantscope_compile_together(core_${folder})
    endif()
endfunction()

add_custom_target(quick_tests) # builds every test but those labelled slow, and what they run
add_custom_target(core_tests) # of these the ones that show no window
add_custom_target(file_tests) # of these the ones that read the files of others: labels files and fuzz

# quantscope_test(<name> LINK <target>... [LABELS <label>...] [SOURCES <more files>...] [TIMEOUT <s>] [LONG])
# Builds <name>.cpp into the Qt Test program <name> and registers it. LONG ones begin first.
function(quantscope_test name)
    cmake_parse_arguments(ARG "LONG" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
    add_executable(${name} ${name}.cpp ${ARG_SOURCES})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    set(moc ${CMAKE_CURRENT_BINARY_DIR}/${name}.moc)
    # One file, without the target's include folders: moc would read Qt's headers and need nothing of them.
    qt_generate_moc(${name}.cpp ${moc})
    target_sources(${name} PRIVATE ${moc})
    target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
    target_compile_definitions(${name} PRIVATE QUANTSCOPE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    target_link_libraries(${name} PRIVATE quantscope_options Qt6::Test ${ARG_LINK})
    if(ARG_LINK MATCHES "quantscope_app|widgets")
        target_precompile_headers(${name} REUSE_FROM precompiled_window)
    elseif(NOT ARG_LINK MATCHES "Qt6::Gui")
        target_precompile_headers(${name} REUSE_FROM precompiled_core_test)
    endif()
    add_test(NAME ${name} COMMAND ${name})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    if(QUANTSCOPE_SANITIZE)
        math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 5") # sanitized programs take several times as long
    endif()
    if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/tests/(app|widgets)" AND NOT CMAKE_CURRENT_SOURCE_DIR MATCHES "/tests/app/cli")
        list(APPEND ARG_LABELS window)
    endif()
    if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/tests/core/(base|files|formats|tokenizer)")
        list(APPEND ARG_LABELS files)
    endif()
    if(NOT slow IN_LIST ARG_LABELS)
        add_dependencies(quick_tests ${name})
        if(NOT window IN_LIST ARG_LABELS)
            add_dependencies(core_tests ${name})
        endif()
        if(files IN_LIST ARG_LABELS)
            add_dependencies(file_tests ${name})
        endif()
    endif()
    if(ARG_LONG)
        set_tests_properties(${name} PROPERTIES COST 1)
    endif()
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
        # Qt Test's own watch over one function would stop a slow one after 300 s.
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen;QTEST_FUNCTION_TIMEOUT=${ARG_TIMEOUT}000")
endfunction()
