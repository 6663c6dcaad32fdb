#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace volumeviz::support {

/// A Prometheus text page, by series as written: `name{label="value"}`.
class metrics_page {
public:
  explicit metrics_page(const std::string& text);
  bool has(const std::string& series) const { return values_.contains(series); }
  double operator[](const std::string& series) const; ///< 0 when there is none
  /// The sum of all series of `name` whose labels contain every one of `with`, each as
  /// `label="value"`.
  double sum(const std::string& name, std::initializer_list<std::string> with = {}) const;
  const std::map<std::string, std::string>& types() const noexcept {
    return types_;
  } ///< by metric name
  const std::map<std::string, double>& series() const noexcept { return values_; }

private:
  std::map<std::string, double> values_;
  std::map<std::string, std::string> types_;
};

/// Sends requests to an HTTP server on 127.0.0.1, each on a new connection.
class http_probe {
public:
  struct answer {
    int status = 0; ///< 0: no answer
    std::string body;
    std::multimap<std::string, std::string> headers; ///< names in lower case
    boost::json::value json() const;                 ///< null when the body is not JSON
    std::string header(const std::string& name) const;
  };

  explicit http_probe(std::uint16_t port, std::string token = {});
  answer get(const std::string& path) const { return ask("GET", path); }
  answer post(const std::string& path) const { return ask("POST", path); }
  answer ask(const std::string& method, const std::string& path,
             const std::multimap<std::string, std::string>& headers = {},
             const std::string& body = {}) const;
  metrics_page metrics() const { return metrics_page{get("/metrics").body}; }

private:
  std::uint16_t port_;
  std::string token_;
};

} // namespace volumeviz::support
