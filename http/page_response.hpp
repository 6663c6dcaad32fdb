#pragma once

#include "http/page_files.hpp"
#include "http/router.hpp"

namespace volumeviz::http {

/// A file of the page, compressed for a client that accepts it; 304 for a client that has it.
response page_response(const page_file& file, const request& what);

} // namespace volumeviz::http
