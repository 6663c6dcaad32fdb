#include "persistence/url_parameters.hpp"

#include "text/ascii.hpp"
#include "text/percent.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace volumeviz::persistence {

namespace {

constexpr std::size_t longest_name = 40;

/// The values that a parameter may have. libpq checks them when it connects, so a typing error
/// would look like a server that is away.
struct allowed_values {
  std::string_view key;
  std::string_view values; ///< separated by blanks
};

// The node writes UTF-8 text, so it can't use a session of a standby, one with the replication
// protocol, or one with another encoding.
constexpr std::array choices{
    allowed_values{"sslmode", "disable allow prefer require verify-ca verify-full"},
    allowed_values{"ssl", "true"},
    allowed_values{"target_session_attrs", "any read-write primary"},
    allowed_values{"gssencmode", "disable prefer require"},
    allowed_values{"channel_binding", "disable prefer require"},
    allowed_values{"load_balance_hosts", "disable random"},
    allowed_values{"ssl_min_protocol_version", "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"},
    allowed_values{"ssl_max_protocol_version", "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"},
    allowed_values{"sslsni", "0 1"},
    allowed_values{"sslcompression", "0 1"},
    allowed_values{"keepalives", "0 1"},
    allowed_values{"client_encoding", "UTF8 utf8"},
    allowed_values{"replication", "false"},
};

constexpr std::array<std::string_view, 5> numbers{"connect_timeout", "keepalives_idle",
                                                  "keepalives_interval", "keepalives_count",
                                                  "tcp_user_timeout"};

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word)
      return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

std::string with_commas(std::string_view words) {
  std::string result;
  for (const char c : words)
    result += c == ' ' ? std::string{", "} : std::string{c};
  return result;
}

bool is_known(const std::string& key) {
  if (key == "ssl") // as JDBC has it; libpq reads ssl=true as sslmode=require
    return true;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> list{PQconndefaults(),
                                                                          &PQconninfoFree};
  for (const auto* option = list.get(); option && option->keyword != nullptr; ++option)
    if (key == option->keyword)
      return true;
  return false;
}

bool is_small_number(std::string_view text) {
  return !text.empty() && text.size() <= 9
         && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::vector<url_parameter> url_parameters(const std::string& url) {
  std::vector<url_parameter> result;
  const auto query = url.find('?');
  if (query == std::string::npos)
    return result;
  bool after_password = false;
  for (auto begin = query + 1; begin <= url.size();) {
    const auto end = std::min(url.find('&', begin), url.size());
    const auto chunk = url.substr(begin, end - begin);
    const auto equals = chunk.find('=');
    url_parameter each{chunk.substr(0, equals), std::nullopt, after_password};
    if (equals != std::string::npos)
      each.value = chunk.substr(equals + 1);
    after_password |= text::find_ignoring_case(each.key, "pass") != std::string_view::npos;
    result.push_back(std::move(each));
    begin = end + 1;
  }
  return result;
}

std::string named(const url_parameter& each) {
  const bool plain =
      !each.key.empty() && each.key.size() <= longest_name
      && std::ranges::all_of(each.key, [](char c) { return text::is_alphanumeric(c) || c == '_'; });
  return each.nameless || !plain ? "a parameter that is not named here"
                                 : "the parameter " + each.key;
}

std::optional<std::string> postgresql_parameter_complaint(const url_parameter& each) {
  if (!each.value)
    return "there is no '=' and no value; write & in a value as %26";
  const auto value = text::percent_decode(*each.value);
  if (!value || !text::percent_decode(each.key))
    return "a % must be followed by two hexadecimal digits; percent-encode it as %25";
  if (!is_known(each.key))
    return "PostgreSQL's library has no such parameter";
  for (const auto& [key, values] : choices)
    if (each.key == key && !has_word(values, *value))
      return "allowed is " + with_commas(values);
  if (std::ranges::find(numbers, each.key) != numbers.end() && !is_small_number(*value))
    return "allowed is a whole number";
  return std::nullopt;
}

} // namespace volumeviz::persistence
