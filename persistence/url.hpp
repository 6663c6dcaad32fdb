#pragma once

#include "messages/error.hpp"

#include <optional>
#include <string>

namespace volumeviz::persistence {

enum class dialect { sqlite, postgresql };

/// A DATABASE_URL, understood. `connection` may hold a password: it goes to the driver and nowhere
/// else.
struct address {
  dialect kind = dialect::sqlite;
  std::string path;       ///< SQLite: the file
  std::string connection; ///< PostgreSQL: a URI with every value percent-encoded
  std::string display;    ///< for people: without secrets
};

/// ec::bad_request with a sentence that names parameters and quotes nothing else of the URL, since
/// a slip of the pen may have put the password anywhere in it.
result<address> parse_url(const std::string& url);

/// Everything that is wrong with a DATABASE_URL, as one sentence; nothing when it can be used,
/// empty when it is of no known kind. Names parameters, and quotes nothing else.
std::optional<std::string> url_complaint(const std::string& url);

} // namespace volumeviz::persistence
