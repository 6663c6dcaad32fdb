#include "tests/support/http_probe.hpp"

#include "tests/support/process.hpp"

#include <httplib.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>

namespace volumeviz::support {

namespace {

std::string lower(std::string text) {
  for (auto& c : text)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

} // namespace

metrics_page::metrics_page(const std::string& text) {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) {
      std::istringstream words{line.substr(7)};
      std::string name, type;
      words >> name >> type;
      types_[name] = type;
    }
    const auto space = line.rfind(' ');
    if (!line.starts_with('#') && space != std::string::npos)
      values_[line.substr(0, space)] = std::strtod(line.c_str() + space, nullptr);
  }
}

double metrics_page::operator[](const std::string& series) const {
  const auto found = values_.find(series);
  return found == values_.end() ? 0 : found->second;
}

double metrics_page::sum(const std::string& name, std::initializer_list<std::string> with) const {
  double result = 0;
  for (const auto& [series, value] : values_) {
    const bool same = series == name || series.starts_with(name + "{");
    const auto has = [&](const std::string& label) {
      return series.find(label) != std::string::npos;
    };
    if (same && std::ranges::all_of(with, has))
      result += value;
  }
  return result;
}

boost::json::value http_probe::answer::json() const {
  boost::json::error_code failed;
  auto value = boost::json::parse(body, failed);
  return failed ? boost::json::value{} : value;
}

std::string http_probe::answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string{} : found->second;
}

http_probe::http_probe(std::uint16_t port, std::string token)
    : port_{port}, token_{std::move(token)} {
  ignore_broken_pipes();
}

http_probe::answer http_probe::ask(const std::string& method, const std::string& path,
                                   const std::multimap<std::string, std::string>& headers,
                                   const std::string& body) const {
  httplib::Client client{"127.0.0.1", port_};
  client.set_connection_timeout(2);
  client.set_read_timeout(10);
  httplib::Request request;
  request.method = method;
  request.path = path;
  request.body = body;
  for (const auto& [name, value] : headers)
    request.headers.emplace(name, value);
  if (!token_.empty())
    request.headers.emplace("Authorization", "Bearer " + token_);
  auto result = client.send(request);
  answer got;
  if (!result)
    return got;
  got.status = result->status;
  got.body = result->body;
  for (const auto& [name, value] : result->headers)
    got.headers.emplace(lower(name), value);
  return got;
}

} // namespace volumeviz::support
