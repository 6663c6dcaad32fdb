# Writes files that are served over HTTP as one C++ source: their bytes, their gzip form, content types and ETags.
#   cmake -DFOLDER=web -DFUNCTION=page_files -DOUTPUT=FILE.cpp -DFILES="a;b" -P embed.cmake
cmake_minimum_required(VERSION 3.25)

set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_svg "image/svg+xml")
set(type_json "application/json")

find_program(GZIP gzip REQUIRED) # part of every Debian

# characters(<variable> <file>): the file's bytes as the list of a char array. Hexadecimal digits compile as they are.
function(characters variable file)
  file(READ "${file}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  # Lines of a length that editors and compilers' messages can bear.
  string(REGEX REPLACE "(('[^']*',)('[^']*',)('[^']*',)('[^']*',)('[^']*',)('[^']*',)('[^']*',)('[^']*',))" "\\1\n" bytes "${bytes}")
  set(${variable} "${bytes}" PARENT_SCOPE)
endfunction()

set(arrays "")
set(table "")
set(number 0)
set(packed "${OUTPUT}.gz")
foreach(name IN LISTS FILES)
  string(REGEX MATCH "[^.]+$" extension "${name}")
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "${name}: no content type is known for .${extension}; add it to cmake/embed.cmake")
  endif()
  # Without a name and a time in it, so that equal files give equal programs.
  execute_process(COMMAND ${GZIP} -9 -n -c "${FOLDER}/${name}" OUTPUT_FILE "${packed}" COMMAND_ERROR_IS_FATAL ANY)
  characters(plain "${FOLDER}/${name}")
  characters(small "${packed}")
  file(SHA256 "${FOLDER}/${name}" hash)
  string(SUBSTRING "${hash}" 0 32 hash)
  string(APPEND arrays "constexpr char plain_${number}[] = {\n${plain}};\nconstexpr char gzip_${number}[] = {\n${small}};\n")
  # Weak: one tag stands for the file and its gzip form.
  string(APPEND table "    {\"${name}\", \"${type_${extension}}\", R\"(W/\"${hash}\")\", {plain_${number}, sizeof plain_${number}}, "
    "{gzip_${number}, sizeof gzip_${number}}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(REMOVE "${packed}")

file(WRITE "${OUTPUT}" "// Written by cmake/embed.cmake from the files of a folder.
#include \"http/embedded_files.hpp\"

namespace volumeviz::http {

namespace {

${arrays}
constexpr embedded_file files[] = {
${table}};

} // namespace

std::span<const embedded_file> ${FUNCTION}() noexcept {
  return files;
}

} // namespace volumeviz::http
")
