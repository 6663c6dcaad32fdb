#pragma once

#include "messages/error.hpp"
#include "messages/reconcile.hpp"
#include "persistence/history.hpp"
#include "persistence/inventory.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// Parses the query of a request. Unknown parameters are refused: a mistyped one must not give the
// answer to another question. Failures are ec::bad_request with a sentence for the client.

namespace volumeviz::http {

/// Names and values, percent-decoded. A name may occur several times.
using parameters = std::multimap<std::string, std::string>;

/// Splits "a=b&c=d". A name without "=" has an empty value; a value may contain "=", as labels do.
parameters parse_parameters(std::string_view query);

/// What a list of rows has: its parameters differ.
enum class listed_rows { volumes, containers, mounts, hosts };

/// ?limit= ?cursor= ?host=; not for hosts ?at=; for volumes and containers also those of order,
/// search and filters, see http/api/openapi.json.
result<persistence::query> parse_query(const parameters& given, listed_rows what);

/// The filters of changes: ?host= ?kind= ?operation= ?volume= ?container= ?source=, besides the
/// names in `others`. An empty value restricts nothing.
result<persistence::change_filter> parse_change_filter(const parameters& given,
                                                       std::vector<std::string_view> others);

/// The filters, and ?after= ?before= ?order=asc|desc ?limit=.
result<persistence::change_query> parse_change_query(const parameters& given);

/// ?host= of the history; empty when it is not given.
result<std::string> parse_history_host(const parameters& given);

/// The number in a cursor's text; the failure names the parameter or header that has it.
result<std::int64_t> parse_change_cursor(const std::string& text, const std::string& name);

/// ?type=full|volumes|containers; full when it is not given.
result<reconcile_scope> parse_scope(const parameters& given);

} // namespace volumeviz::http
