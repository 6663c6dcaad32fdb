#include "http/head.hpp"

#include "http/gzip.hpp"
#include "http/header_text.hpp"
#include "http/health_json.hpp"
#include "text/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace volumeviz::http {

namespace {

tl::unexpected<refusal> refuse(int status, std::string sentence) {
  return tl::unexpected{refusal{status, std::move(sentence)}};
}

tl::unexpected<refusal> malformed() {
  return refuse(400, "this is not a valid HTTP/1.1 request");
}

bool is_token(std::string_view word) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !word.empty() && std::all_of(word.begin(), word.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || marks.find(c) != std::string_view::npos;
  });
}

bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty())
    if (text::lower(text::trimmed(take(list, ","))) == word)
      return true;
  return false;
}

/// The request line with every question mark after the first one escaped: the library accepts only
/// one.
tl::expected<std::string, refusal> checked_request_line(std::string_view line) {
  const auto method = take(line, " ");
  const auto target = take(line, " ");
  const auto version = line;
  if (!is_token(method) || target.empty() || version.substr(0, 5) != "HTTP/")
    return malformed();
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return refuse(505, "the server speaks HTTP/1.0 and HTTP/1.1 only");
  constexpr std::array<std::string_view, 9> methods{"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                                    "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  if (std::find(methods.begin(), methods.end(), method) == methods.end())
    return refuse(501, "unknown method");
  std::string result{method};
  result += ' ';
  bool in_query = false;
  for (char c : target) {
    if (c == '?' && in_query)
      result += "%3F";
    else
      result += c;
    in_query = in_query || c == '?';
  }
  return result.append(" ").append(version).append("\r\n");
}

/// What the headers say about the connection and the body.
struct framing {
  bool close = false;
  std::optional<std::size_t> length;
  bool chunked = false;
};

tl::expected<void, refusal> record_length(framing& to, std::string_view value) {
  std::size_t length = 0;
  auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (error == std::errc::result_out_of_range)
    length = max_body_size + 1;
  else if (error != std::errc{} || rest != value.data() + value.size())
    return malformed();
  if (to.length && *to.length != length)
    return malformed();
  to.length = length;
  return {};
}

tl::expected<void, refusal> record_header(framing& to, request_headers& headers,
                                          const std::string& name, std::string_view value) {
  if (name == "connection")
    to.close = to.close || has_word(value, "close");
  else if (name == "transfer-encoding")
    to.chunked = true;
  else if (name == "content-length")
    return record_length(to, value);
  else if (name == "authorization")
    headers.authorization = value;
  else if (name == "if-none-match")
    headers.if_none_match = value;
  else if (name == "last-event-id")
    headers.last_event_id = value;
  else if (name == "accept-encoding")
    headers.gzip = headers.gzip || accepts_gzip(value);
  else if (name == "host" || name == "origin") {
    auto& recorded = name == "host" ? headers.from.host : headers.from.origin;
    if (recorded)
      return malformed(); // it is not clear which of the two would be used
    recorded = value;
  }
  return {};
}

const char* phrase(int status) {
  switch (status) {
  case 200:
    return "OK";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 413:
    return "Payload Too Large";
  case 414:
    return "URI Too Long";
  case 431:
    return "Request Header Fields Too Large";
  case 501:
    return "Not Implemented";
  case 503:
    return "Service Unavailable";
  case 505:
    return "HTTP Version Not Supported";
  default:
    return "Error";
  }
}

} // namespace

tl::expected<std::size_t, refusal> find_head(std::string_view input, std::size_t& scanned) {
  for (; scanned < input.size(); ++scanned) {
    const char c = input[scanned];
    const char before = scanned == 0 ? '\0' : input[scanned - 1];
    const auto byte = static_cast<unsigned char>(c);
    if ((c == '\n') != (before == '\r') || byte == 0x7f
        || (byte < 0x20 && c != '\r' && c != '\n' && c != '\t'))
      return malformed();
    if (c == '\n' && scanned >= 3 && input.substr(scanned - 3, 4) == "\r\n\r\n")
      return ++scanned;
  }
  if (input.size() > max_request_line
      && input.substr(0, max_request_line).find('\r') == std::string_view::npos)
    return refuse(414,
                  "the request line is longer than " + std::to_string(max_request_line) + " bytes");
  if (input.size() > max_head_size)
    return refuse(431, "the headers are larger than " + std::to_string(max_head_size) + " bytes");
  return 0;
}

tl::expected<prepared_head, refusal> prepare_head(std::string_view head) {
  const auto first = take(head, "\r\n");
  if (first.size() > max_request_line)
    return refuse(414,
                  "the request line is longer than " + std::to_string(max_request_line) + " bytes");
  auto line = checked_request_line(first);
  if (!line)
    return tl::unexpected{line.error()};
  prepared_head result;
  result.text = std::move(*line);
  framing framing;
  while (!head.empty()) {
    auto header = take(head, "\r\n");
    if (header.empty())
      break;
    if (header.find(':') == std::string_view::npos)
      return malformed();
    const auto name = take(header, ":");
    if (!is_token(name)) // also refuses a continued line, which RFC 9112 has deprecated
      return malformed();
    if (auto recorded =
            record_header(framing, result.headers, text::lower(name), text::trimmed(header));
        !recorded)
      return tl::unexpected{recorded.error()};
  }
  if (framing.length.value_or(0) > max_body_size)
    return refuse(413, "the body is larger than " + std::to_string(max_body_size)
                           + " bytes; no path needs one");
  result.text += "\r\n";
  result.headers.has_body = framing.chunked || framing.length.value_or(0) > 0;
  result.keep_alive = !framing.close && first.substr(first.size() - 3) == "1.1";
  return result;
}

std::string raw_head(int status, std::string_view type, std::optional<std::size_t> length,
                     const header_list& more) {
  auto text = "HTTP/1.1 " + std::to_string(status) + " " + phrase(status)
              + "\r\nContent-Type: " + std::string{type};
  if (length)
    text += "\r\nContent-Length: " + std::to_string(*length);
  for (const auto& [name, value] : more)
    text.append("\r\n").append(name).append(": ").append(value);
  return text
         + "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff"
           "\r\nConnection: close\r\n\r\n";
}

std::string raw_answer(const refusal& why) {
  const auto body = error_json(why.sentence);
  return raw_head(why.status, "application/json", body.size()) + body;
}

} // namespace volumeviz::http
