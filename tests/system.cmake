# Tests of the programs as they run: stories, and the daemon under clients that behave and that do
# not. They are Python scripts (standard library only); what a script cannot do on this machine it
# skips with exit code 77. One that needs more, from Debian's packages, names Debian's interpreter in
# its first line.

if(NOT LICET_RACE AND NOT LICET_FUZZ)
    find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

    # docs/RULES.md is what the tests say, and each rule has one.
    add_test(NAME tidy.rules COMMAND Python3::Interpreter -B
             ${CMAKE_CURRENT_SOURCE_DIR}/tidy/rules.py)

    # system_test(NAME TIMEOUT LABEL SCRIPT <arguments>)
    function(system_test name seconds label script)
        set(interpreter Python3::Interpreter)
        file(STRINGS ${CMAKE_CURRENT_SOURCE_DIR}/system/${script} first LIMIT_COUNT 1)
        if(first MATCHES "^#!(.*)")
            set(interpreter ${CMAKE_MATCH_1})
        endif()
        add_test(NAME ${name} COMMAND ${interpreter} -B
                 ${CMAKE_CURRENT_SOURCE_DIR}/system/${script} ${ARGN})
        set_tests_properties(${name} PROPERTIES TIMEOUT ${seconds} LABELS ${label}
            SKIP_RETURN_CODE 77 ENVIRONMENT "LICET_BIN=${CMAKE_BINARY_DIR}/bin")
    endfunction()

    file(GLOB stories CONFIGURE_DEPENDS stories/*.story)
    foreach(story IN LISTS stories)
        get_filename_component(name ${story} NAME_WE)
        system_test(story.${name} 60 story play.py ${story})
    endforeach()

    # What is counted, not timed, is counted of the programs as they ship.
    if(CMAKE_BUILD_TYPE STREQUAL "Release")
        add_test(NAME guard.counts COMMAND Python3::Interpreter -B
                 ${CMAKE_CURRENT_SOURCE_DIR}/guard/counts.py)
        set_tests_properties(guard.counts PROPERTIES TIMEOUT 300
            ENVIRONMENT "LICET_BIN=${CMAKE_BINARY_DIR}/bin")
    endif()

    file(GLOB scripts CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/system
         system/test_*.py)
    foreach(script IN LISTS scripts)
        string(REGEX REPLACE "^test_(.*)\\.py$" "\\1" name ${script})
        set(seconds 120)
        if(name MATCHES "^tamper") # hundreds of audits
            set(seconds 600)
        endif()
        system_test(system.${name} ${seconds} system ${script})
    endforeach()
endif()
