#include "http/page_response.hpp"

namespace volumeviz::http {

response page_response(const page_file& file, const request& what) {
  // A browser asks again each time, so that it never shows a page of another version of the
  // program.
  response answer{.body = {},
                  .type = std::string{file.type},
                  .headers = {{"Cache-Control", "no-cache"},
                              {"ETag", std::string{file.etag}},
                              {"Vary", "Accept-Encoding"},
                              {"Content-Security-Policy",
                               "default-src 'self'; base-uri 'none'; form-action 'none'; "
                               "frame-ancestors 'none'; object-src 'none'"},
                              {"Referrer-Policy", "no-referrer"}}};
  if (what.if_none_match.find(file.etag) != std::string::npos) {
    answer.status = 304;
    return answer;
  }
  answer.body = what.gzip ? file.gzip : file.text;
  if (what.gzip)
    answer.headers.emplace_back("Content-Encoding", "gzip");
  return answer;
}

} // namespace volumeviz::http
