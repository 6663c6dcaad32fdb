#include "tests/http/api_document.hpp"

#include "http/embedded_files.hpp"
#include "http/parameters.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/support/json_schema.hpp"
#include "text/percent.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <regex>
#include <set>

namespace {

namespace json = boost::json;
using volumeviz::support::json_schema;

json_schema schemas() {
  return json_schema{api_document()};
}

/// The names of the operation's parameters in the query.
std::set<std::string> parameters_of(const json::object& operation) {
  std::set<std::string> names;
  if (const auto* all = operation.if_contains("parameters"))
    for (const auto& each : all->as_array())
      if (const auto& x = schemas().resolved(each).as_object(); x.at("in") == "query")
        names.emplace(x.at("name").as_string());
  return names;
}

/// The document's path that this one matches; null when there is none.
const json::object* item_of(const std::string& path) {
  for (const auto& [name, item] : api_document().at("paths").as_object()) {
    const auto form = std::regex_replace(std::string{name}, std::regex{R"(\{[a-z]+\})"}, "[^/]+");
    if (name == path || (form != name && std::regex_match(path, std::regex{form})))
      return &item.as_object();
  }
  return nullptr;
}

bool is_json(const raw_answer_read& answer) {
  const auto type = answer.headers.find("content-type");
  return type != answer.headers.end() && type->second == "application/json";
}

std::string body_fault(const json::value& content, const raw_answer_read& answer) {
  const auto header = answer.headers.find("content-type");
  if (header == answer.headers.end())
    return "the answer has no type";
  const auto type = header->second.substr(0, header->second.find(';'));
  const auto* described = content.as_object().if_contains(type);
  if (described == nullptr)
    return "the type is not documented: " + type;
  if (!is_json(answer) || answer.headers.contains("content-encoding"))
    return "";
  return schemas().fault(described->at("schema"), json::parse(answer.body));
}

std::string error_fault(const raw_answer_read& answer) {
  return is_json(answer) ? undocumented_in("Error", answer.body) : "an error that is not JSON";
}

} // namespace

const json::value& api_document() {
  static const auto document = [] {
    const auto text = volumeviz::http::api_document().text;
    return json::parse({text.data(), text.size()});
  }();
  return document;
}

std::string undocumented_in(const std::string& schema, const std::string& text) {
  return schemas().fault(api_document().at("components").at("schemas").at(schema),
                         json::parse(text));
}

std::string undocumented_in(const std::string& method, const std::string& target,
                            const raw_answer_read& answer) {
  const auto mark = target.find_first_of("?#");
  auto path = target.substr(0, mark);
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  if (path.starts_with("/web/"))
    return ""; // files of the page
  const auto* item = item_of(path);
  const auto* entry =
      item == nullptr ? nullptr : item->if_contains(method == "POST" ? "post" : "get");
  const bool answers =
      entry != nullptr && (method == "GET" || method == "HEAD" || method == "POST");
  if (!answers)
    return answer.status < 400 ? "the path or its method is not documented"
           : method == "HEAD"  ? ""
                               : error_fault(answer);
  const auto& operation = entry->as_object();
  if (answer.status < 400 && mark != std::string::npos && target[mark] == '?') {
    const auto query = target.substr(mark + 1, target.find('#', mark) - mark - 1);
    for (const auto& [name, value] : volumeviz::http::parse_parameters(query))
      if (!parameters_of(operation).contains(name))
        return "the parameter is not documented: " + name;
  }
  const auto& responses = operation.at("responses").as_object();
  const auto* response = responses.if_contains(std::to_string(answer.status));
  if (response == nullptr && answer.status < 400)
    return "the status is not documented: " + std::to_string(answer.status);
  const auto& described = schemas().resolved(response ? *response : responses.at("default"));
  const auto* content = described.as_object().if_contains("content");
  if (method == "HEAD" || content == nullptr)
    return answer.body.empty() ? "" : "the answer has a body";
  // A stream has no body that ends.
  return answer.body.empty() && answer.headers.contains("content-length")
             ? "the answer has no body"
             : body_fault(*content, answer);
}

void documented_connection::sent(const std::string& text) {
  incomplete_ += text;
  if (incomplete_.starts_with("\r\n")) // the server skips it, too
    incomplete_.erase(0, 2);
  for (auto end = incomplete_.find("\r\n\r\n"); end != std::string::npos;
       end = incomplete_.find("\r\n\r\n")) {
    static const std::regex line{R"(([A-Z]+) (\S+) HTTP/1\.[01]\r\n[^]*)"};
    // The longest target is 8 KiB; std::regex can't match very long texts.
    const auto first = incomplete_.substr(0, std::min(incomplete_.find("\r\n"), end) + 2);
    std::smatch found;
    if (first.size() < 2000 && std::regex_match(first, found, line))
      open_.emplace_back(found[1], found[2]);
    else
      open_.emplace_back("", "");
    incomplete_.erase(0, end + 4);
  }
}

void documented_connection::answered(const raw_answer_read& answer) {
  std::pair<std::string, std::string> asked; // nothing: the server has refused half a request
  if (!open_.empty()) {
    asked = open_.front();
    open_.pop_front();
  }
  const auto& [method, target] = asked;
  const auto fault = !method.empty()       ? undocumented_in(method, target, answer)
                     : answer.status < 400 ? "an answer without a request"
                                           : error_fault(answer);
  if (!fault.empty())
    FAIL_CHECK("the answer ", answer.status, " to ", method, " ", target,
               " is not as the OpenAPI document says: ", fault);
}
