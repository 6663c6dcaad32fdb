# Checks which folder may include which, and which folders may use a third-party library: by its headers, and by its names,
# since one library's header may include another's.
#   cmake -DSOURCE=<project> -P architecture_test.cmake
# text | runtime <- messages <- sync | docker | persistence | metrics | config | identity <- wire | feed <- actors <- http <- commands <- main.cpp
cmake_minimum_required(VERSION 3.25)

set(folders text runtime messages sync docker persistence metrics config identity wire feed actors http commands)
# The bottom: text and runtime know nothing of each other; all others may use both.
set(may_text "")
set(may_runtime "")
set(bottom text runtime)
set(may_messages ${bottom})
foreach(middle sync docker persistence metrics config identity)
  set(may_${middle} ${bottom} messages)
endforeach()
set(may_wire ${bottom} messages identity)
set(may_feed ${bottom} messages persistence)
set(may_actors ${bottom} messages sync docker persistence metrics config identity wire)
set(may_http ${may_actors} feed actors)
set(may_commands ${may_http} http)

# Which folders may include headers of a third-party library; <pattern>=<folders>.
set(libraries
  "^utf8cpp/=text"
  "^httplib\\.h$=docker|http"
  "^boost/json=docker|persistence|http"
  "^boost/(asio|system)=wire"
  "^(soci|libpq-fe\\.h|sqlite3\\.h)=persistence"
  "^openssl/=docker|identity"
  "^zlib\\.h$=http"
  "^prometheus/=metrics"
  "^CLI/=config"
  "^spdlog/=config|actors|commands"
  "^fmt/=config|wire|actors|commands"
  "^caf/=messages|actors|http|commands"
  "^systemd/=commands"
  "^(doctest|rapidcheck)=none")

# Which folders may use a library's names; <pattern>=<folders>. docker/ sets up TLS for cpp-httplib, which takes OpenSSL's objects.
set(names
  "(SSL|X509|EVP|ERR|BIO|PEM|OPENSSL)_[A-Za-z0-9_]+\\(=docker|identity"
  "(sqlite3_|PQ)[a-z_A-Z]+\\(=persistence"
  "httplib::=docker|http"
  "boost::asio=wire"
  "soci::=persistence"
  "prometheus::=metrics"
  "CLI::=config"
  "spdlog::=config|actors|commands"
  "caf::=messages|actors|http|commands")

set(complaints "")
foreach(folder IN LISTS folders)
  file(GLOB_RECURSE sources RELATIVE "${SOURCE}" "${SOURCE}/${folder}/*.cpp" "${SOURCE}/${folder}/*.hpp")
  foreach(source IN LISTS sources)
    file(STRINGS "${SOURCE}/${source}" lines REGEX "^[ \t]*#[ \t]*include[ \t]+[<\"]")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE ".*[<\"]([^>\"]+)[>\"].*" "\\1" header "${line}")
      string(REGEX MATCH "^[^/]+" top "${header}")
      if(header MATCHES "^(tests|bench)/")
        list(APPEND complaints "${source} includes ${header}: the program doesn't know its tests")
      elseif(top IN_LIST folders AND NOT top STREQUAL folder AND NOT top IN_LIST may_${folder})
        list(APPEND complaints "${source} includes ${header}: ${folder}/ may include ${may_${folder}} only")
      endif()
      foreach(rule IN LISTS libraries)
        string(REGEX REPLACE "=[^=]*$" "" pattern "${rule}")
        string(REGEX REPLACE ".*=" "" where "${rule}")
        string(REPLACE "|" " and " allowed "${where}")
        string(REPLACE "|" ";" where "${where}")
        if(header MATCHES "${pattern}" AND NOT folder IN_LIST where)
          list(APPEND complaints "${source} includes ${header}: that library stays in ${allowed}")
        endif()
      endforeach()
    endforeach()
    foreach(rule IN LISTS names)
      string(REGEX REPLACE "=[^=]*$" "" pattern "${rule}")
      string(REGEX REPLACE ".*=" "" where "${rule}")
      string(REPLACE "|" " and " allowed "${where}")
      string(REPLACE "|" ";" where "${where}")
      if(NOT folder IN_LIST where)
        file(STRINGS "${SOURCE}/${source}" lines REGEX "(^|[^A-Za-z0-9_])${pattern}")
        foreach(line IN LISTS lines)
          string(REGEX REPLACE "//.*" "" code "${line}")
          if(code MATCHES "(^|[^A-Za-z0-9_])${pattern}")
            list(APPEND complaints "${source} uses ${CMAKE_MATCH_0}: that library stays in ${allowed}")
          endif()
        endforeach()
      endif()
    endforeach()
  endforeach()
endforeach()

# The modules of the page: lib <- data <- parts | map <- views <- main.js.
set(may_import_lib lib)
set(may_import_data lib data)
set(may_import_parts lib data parts)
set(may_import_map lib data map)
set(may_import_views lib data parts map views)
file(GLOB_RECURSE modules RELATIVE "${SOURCE}/web" "${SOURCE}/web/*/*.js")
foreach(module IN LISTS modules)
  string(REGEX MATCH "^[^/]+" folder "${module}")
  file(STRINGS "${SOURCE}/web/${module}" lines REGEX "^(import|export) .*from \"")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE ".*from \"([^\"]+)\".*" "\\1" import "${line}")
    set(top "${folder}")
    if(import MATCHES "^\\.\\./([^/]+)/")
      set(top "${CMAKE_MATCH_1}")
    elseif(NOT import MATCHES "^\\./[^/]+$")
      list(APPEND complaints "web/${module} imports ${import}: imports are ./FILE.js or ../FOLDER/FILE.js")
    endif()
    if(NOT top IN_LIST may_import_${folder})
      list(APPEND complaints "web/${module} imports ${import}: web/${folder}/ may import ${may_import_${folder}} only")
    endif()
  endforeach()
endforeach()

if(complaints)
  list(JOIN complaints "\n  " text)
  message(FATAL_ERROR "The include rules are broken:\n  ${text}")
endif()
message(STATUS "The include rules hold.")
