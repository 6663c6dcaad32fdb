#pragma once

#include "messages/error.hpp"
#include "messages/reconcile.hpp"
#include "persistence/inventory.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

// Parses the query of a request. Unknown parameters are refused: a mistyped one must not give the
// answer to another question. Failures are ec::bad_request with a sentence for the client.

namespace volumeviz::http {

/// Names and values, percent-decoded. A name may occur several times.
using parameters = std::multimap<std::string, std::string>;

/// Splits "a=b&c=d". A name without "=" has an empty value; a value may contain "=", as labels do.
parameters parse_parameters(std::string_view query);

/// ?limit= ?cursor= ?host=; with `of_volumes` ?orphaned= ?driver= ?label=k=v, too.
result<persistence::query> parse_query(const parameters& given, bool of_volumes);

/// ?type=full|volumes|containers; full when it is not given.
result<reconcile_scope> parse_scope(const parameters& given);

} // namespace volumeviz::http
