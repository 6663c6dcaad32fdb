#include "persistence/url.hpp"

#include "persistence/store.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <map>
#include <memory>
#include <optional>

namespace volumeviz::persistence {

namespace {

using options = std::map<std::string, std::string>;

constexpr const char* sqlite_form = "sqlite:///absolute/path.db";
constexpr const char* postgres_form = "postgresql://USER:PASSWORD@HOST:PORT/NAME";

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower >= 'a' && lower <= 'f')
    return lower - 'a' + 10;
  return std::nullopt;
}

std::optional<std::string> percent_decoded(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
    if (!low)
      return std::nullopt;
    result += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return result;
}

/// Part of one line for people, whatever an escape in a URL stands for.
std::string visible(const std::string& text) {
  std::string result;
  for (const char c : text)
    if (std::iscntrl(static_cast<unsigned char>(c)))
      result += percent_encoded({c});
    else
      result += c;
  return result;
}

result<address> parse_sqlite(const std::string& rest) {
  const auto bad = [](const std::string& why) {
    return fail(ec::bad_request, "DATABASE_URL " + why + ": give it as " + sqlite_form
                                     + ", special characters percent-encoded");
  };
  if (!rest.starts_with('/'))
    return bad("names no absolute path");
  if (rest.find_first_of("?#") != std::string::npos)
    return bad("has parameters, which SQLite files do not take");
  const auto path = percent_decoded(rest);
  if (!path)
    return bad("has a '%' that is not followed by two hex digits");
  if (path->find('\0') != std::string::npos || path->ends_with('/'))
    return bad("does not name a file");
  return address{dialect::sqlite, *path, {}, "sqlite://" + visible(*path)};
}

/// What libpq itself reads in the URL; nothing when it can't.
std::optional<options> read_by_libpq(const std::string& url) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> list{
      PQconninfoParse(url.c_str(), &error), &PQconninfoFree};
  // Not shown to anyone: it quotes pieces of the URL.
  const std::unique_ptr<char, decltype(&PQfreemem)> unused{error, &PQfreemem};
  if (!list)
    return std::nullopt;
  options found;
  for (const auto* option = list.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr)
      found[option->keyword] = option->val;
  return found;
}

/// An '@' or '/' in a password that is not percent-encoded splits the URL at the wrong place, and a
/// piece of the password would be looked up as a host name and show up in error texts.
bool has_stray_separator(const std::string& url) {
  const auto begin = url.find("://") + 3;
  const auto query = std::min(url.find('?', begin), url.size());
  return std::count(url.begin() + static_cast<std::ptrdiff_t>(begin), url.end(), '@') > 1
         || url.find('@', std::min(url.find('/', begin), url.size())) < query
         || url.find('@', query) != std::string::npos;
}

std::string shown(const options& found) {
  const auto value = [&](const char* key) {
    const auto at = found.find(key);
    return at == found.end() ? std::string{} : at->second;
  };
  std::string result = "postgresql://";
  if (const auto user = value("user"); !user.empty())
    result += user + '@';
  result += value("host").empty() ? value("hostaddr") : value("host");
  if (const auto port = value("port"); !port.empty())
    result += ':' + port;
  return visible(result + '/' + value("dbname"));
}

result<address> parse_postgresql(const std::string& url) {
  if (url.find('\0') != std::string::npos || has_stray_separator(url))
    return fail(ec::bad_request,
                std::string{"DATABASE_URL has more than one '@', or one after the host: in a user "
                            "name or password write @ as %40, / as %2F, ? as %3F, : as %3A; "}
                    + postgres_form);
  auto found = read_by_libpq(url);
  // libpq would find out about the port when it connects, and quote it.
  if (!found || (*found)["port"].find_first_not_of("0123456789,") != std::string::npos)
    return fail(ec::bad_request,
                std::string{"DATABASE_URL can't be understood as "} + postgres_form
                    + "?sslmode=…: check the port, the names of the parameters, and that special "
                      "characters are percent-encoded");
  address result{dialect::postgresql, {}, {}, shown(*found)};
  // Fast to notice a dead peer, in both directions of the connection; the user's own values win.
  for (const auto& [key, value] : options{{"application_name", "volumeviz-events"},
                                          {"keepalives", "1"},
                                          {"keepalives_idle", "10"},
                                          {"keepalives_interval", "5"},
                                          {"keepalives_count", "3"},
                                          {"tcp_user_timeout", "10000"}})
    found->try_emplace(key, value);
  std::erase_if(*found, [](const auto& option) { return option.second.empty(); });
  // Built anew from what libpq understood: SOCI takes the text apart at '=' and blanks before libpq
  // sees it, and appends an '=' to a URL that has none.
  result.connection = "postgresql:///?";
  for (const auto& [key, value] : *found)
    result.connection +=
        (result.connection.ends_with('?') ? "" : "&") + key + '=' + percent_encoded(value);
  return result;
}

} // namespace

std::string percent_encoded(const std::string& text, const char* keep) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        (byte < 0x80 && std::isalnum(byte)) || std::strchr("-._~", c) || std::strchr(keep, c);
    if (plain && c != '\0')
      result += c;
    else
      result += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return result;
}

result<address> parse_url(const std::string& url) {
  if (url.starts_with("sqlite://"))
    return parse_sqlite(url.substr(std::strlen("sqlite://")));
  if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
    return parse_postgresql(url);
  return fail(ec::bad_request,
              std::string{"DATABASE_URL must be "} + sqlite_form + " or " + postgres_form);
}

std::string without_secrets(const std::string& url) {
  if (const auto known = parse_url(url))
    return known->display;
  // Not understood, so nothing in it is known to be harmless but what stands before the "://".
  const auto scheme = url.substr(0, std::min(url.find("://"), url.size()));
  const bool harmless =
      !scheme.empty() && scheme.size() <= 16 && scheme.size() < url.size()
      && std::ranges::all_of(scheme, [](unsigned char c) { return std::islower(c); });
  return harmless ? scheme + "://…" : "…";
}

} // namespace volumeviz::persistence
