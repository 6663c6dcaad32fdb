#pragma once

#include "messages/error.hpp"

#include <optional>
#include <string>

namespace volumeviz::persistence {

enum class dialect { sqlite, postgresql };

/// A parsed DATABASE_URL. `connection` may contain a password: it is given to the driver only.
struct address {
  dialect kind = dialect::sqlite;
  std::string path;       ///< SQLite: the file
  std::string connection; ///< PostgreSQL: a URI with every value percent-encoded
  std::string display;    ///< without secrets, to be shown
};

/// Parses a DATABASE_URL. The text of ec::bad_request names parameters and quotes nothing else of
/// the URL, since a typing error may have put the password anywhere in it.
result<address> parse_url(const std::string& url);

/// Everything that is wrong with a DATABASE_URL, as one sentence; nothing when it is valid, empty
/// when its scheme is unknown. Names parameters, and quotes nothing else.
std::optional<std::string> url_complaint(const std::string& url);

} // namespace volumeviz::persistence
