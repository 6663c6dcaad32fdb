#include "persistence/url.hpp"

#include "persistence/store.hpp"
#include "persistence/url_parameters.hpp"
#include "text/percent.hpp"
#include "text/secrets.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace volumeviz::persistence {

namespace {

using options = std::map<std::string, std::string>;

constexpr const char* sqlite_scheme = "sqlite://";
constexpr const char* sqlite_form = "sqlite:///absolute/path.db";
constexpr const char* bad_escape =
    "a % must be followed by two hexadecimal digits; percent-encode it as %25";
constexpr const char* postgres_form = "postgresql://USER:PASSWORD@HOST:PORT/NAME";

std::string one_text(const std::vector<std::string>& sentences) {
  std::string result;
  for (const auto& each : sentences)
    result += (result.empty() ? "" : "; ") + each;
  return result;
}

/// Whether this is a list of ports; libpq accepts one for a list of hosts.
bool are_ports(const std::string& list) {
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto end = std::min(list.find(',', begin), list.size());
    unsigned port = 0;
    const auto [rest, error] = std::from_chars(list.data() + begin, list.data() + end, port);
    const bool is_port =
        error == std::errc{} && rest == list.data() + end && port > 0 && port <= 65535;
    if (!is_port && begin != end)
      return false;
    begin = end + 1;
  }
  return true;
}

/// The text without control characters, which an escape in a URL may stand for.
std::string visible(const std::string& text) {
  std::string result;
  for (const char c : text)
    if (std::iscntrl(static_cast<unsigned char>(c)))
      result += text::percent_encode({&c, 1});
    else
      result += c;
  return result;
}

/// What is wrong with the part of an SQLite URL after "sqlite://".
std::vector<std::string> sqlite_complaints(const std::string& rest) {
  std::vector<std::string> wrong;
  const auto path = text::percent_decode(rest.substr(0, rest.find_first_of("?#")));
  if (!rest.starts_with('/'))
    wrong.emplace_back("the path is not absolute: three slashes in a row, as in "
                       "sqlite:///var/lib/x.db");
  if (!path)
    wrong.emplace_back(bad_escape);
  else if (path->find('\0') != std::string::npos)
    wrong.emplace_back("the path has a zero byte");
  else if (path->ends_with('/'))
    wrong.emplace_back("the path names a folder, not a file");
  for (const auto& each : url_parameters(rest))
    wrong.push_back(named(each) + ": an SQLite file takes none; write ? as %3F in a path");
  if (wrong.empty() && rest.find_first_of("?#") != std::string::npos)
    wrong.emplace_back("an SQLite file takes no parameters; write ? as %3F and # as %23 in a path");
  return wrong;
}

result<address> parse_sqlite(const std::string& rest) {
  if (const auto wrong = sqlite_complaints(rest); !wrong.empty())
    return fail(ec::bad_request,
                "DATABASE_URL can't be used: " + one_text(wrong) + "; give it as " + sqlite_form);
  // SQLAlchemy, Django and Prisma write an absolute path with four slashes.
  const auto path = '/' + text::percent_decode(rest.substr(rest.find_first_not_of('/'))).value();
  return address{dialect::sqlite, path, {}, "sqlite://" + visible(path)};
}

/// The URL as libpq parses it; nothing when it can't.
std::optional<options> read_by_libpq(const std::string& url) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> list{
      PQconninfoParse(url.c_str(), &error), &PQconninfoFree};
  // Never shown: it quotes parts of the URL.
  const std::unique_ptr<char, decltype(&PQfreemem)> unused{error, &PQfreemem};
  if (!list)
    return std::nullopt;
  options found;
  for (const auto* option = list.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr)
      found[option->keyword] = option->val;
  return found;
}

/// True when an '@' or '/' in a password is not percent-encoded. It would split the URL at the
/// wrong place: a part of the password would be resolved as a host name and appear in errors.
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

/// What is wrong with the text of a PostgreSQL URL.
std::vector<std::string> postgresql_complaints(const std::string& url) {
  if (!std::ranges::all_of(url, [](unsigned char c) { return c > ' ' && c < 0x7f; }))
    return {"blanks, control characters and characters that are not ASCII must be "
            "percent-encoded"};
  if (has_stray_separator(url))
    return {"there is more than one '@', or one after the host: in a user name or password write "
            "@ as %40, / as %2F, ? as %3F, : as %3A"};
  std::vector<std::string> wrong;
  if (!text::percent_decode(url.substr(0, url.find('?'))))
    wrong.emplace_back(bad_escape);
  for (const auto& each : url_parameters(url))
    if (const auto why = postgresql_parameter_complaint(each))
      wrong.push_back(named(each) + ": " + *why);
  if (!wrong.empty())
    return wrong;
  const auto found = read_by_libpq(url);
  if (!found)
    return {"libpq can't read it: check the port, and that reserved characters in the user name or "
            "password are percent-encoded"};
  const auto has = [&](const char* key) {
    const auto at = found->find(key);
    return at != found->end() && !at->second.empty();
  };
  if (!has("host") && !has("hostaddr") && !has("service"))
    wrong.emplace_back("there is no host");
  if (has("port") && !are_ports(found->at("port")))
    wrong.emplace_back("the port is not a number from 1 to 65535; other reserved characters in the "
                       "user name or password must be percent-encoded");
  return wrong;
}

result<address> parse_postgresql(const std::string& url) {
  if (const auto wrong = postgresql_complaints(url); !wrong.empty())
    return fail(ec::bad_request, "DATABASE_URL can't be used: " + one_text(wrong) + "; give it as "
                                     + postgres_form + "?sslmode=…");
  auto found = read_by_libpq(url);
  address result{dialect::postgresql, {}, {}, shown(*found)};
  // Keepalives detect a dead peer soon, in both directions; the user's own values take precedence.
  for (const auto& [key, value] : options{{"application_name", "volumeviz-events"},
                                          {"keepalives", "1"},
                                          {"keepalives_idle", "10"},
                                          {"keepalives_interval", "5"},
                                          {"keepalives_count", "3"},
                                          {"tcp_user_timeout", "10000"}})
    found->try_emplace(key, value);
  std::erase_if(*found, [](const auto& option) { return option.second.empty(); });
  // Rebuilt from what libpq understood: SOCI takes the text apart at '=' and blanks before libpq
  // sees it, and appends an '=' to a URL that has none.
  result.connection = "postgresql:///?";
  for (const auto& [key, value] : *found)
    result.connection +=
        (result.connection.ends_with('?') ? "" : "&") + key + '=' + text::percent_encode(value);
  return result;
}

} // namespace

std::optional<std::string> url_complaint(const std::string& url) {
  std::vector<std::string> wrong;
  if (url.starts_with(sqlite_scheme))
    wrong = sqlite_complaints(url.substr(std::strlen(sqlite_scheme)));
  else if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
    wrong = postgresql_complaints(url);
  else
    return "";
  return wrong.empty() ? std::nullopt : std::optional{one_text(wrong)};
}

result<address> parse_url(const std::string& url) {
  if (url.starts_with(sqlite_scheme))
    return parse_sqlite(url.substr(std::strlen(sqlite_scheme)));
  if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
    return parse_postgresql(url);
  return fail(ec::bad_request,
              std::string{"DATABASE_URL must be "} + sqlite_form + " or " + postgres_form);
}

std::string display_url(const std::string& url) {
  const auto known = parse_url(url);
  return known ? known->display : text::without_secrets(url);
}

} // namespace volumeviz::persistence
