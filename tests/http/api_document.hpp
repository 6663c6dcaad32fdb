#pragma once

#include <boost/json.hpp>

#include <deque>
#include <string>
#include <utility>

struct raw_answer_read;

/// http/api/openapi.json, as the program serves it.
const boost::json::value& api_document();

/// What an answer has that the document does not say; empty when it says all of it.
std::string undocumented_in(const std::string& method, const std::string& target,
                            const raw_answer_read& answer);
/// The same for a JSON text and a schema of `components`.
std::string undocumented_in(const std::string& schema, const std::string& text);

/// The requests of a connection that are not answered yet. Fails the test case when an answer is
/// not as the document says, so that every test of the server proves it.
class documented_connection {
public:
  void sent(const std::string& text);
  void answered(const raw_answer_read& answer);

private:
  std::string incomplete_;
  std::deque<std::pair<std::string, std::string>> open_; ///< method and target
};
