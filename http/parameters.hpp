#pragma once

#include "messages/error.hpp"
#include "messages/reconcile.hpp"
#include "persistence/inventory.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

// What comes behind the question mark, understood or refused: a mistyped parameter must not answer
// another question than the one that was asked. Failures are ec::bad_request with a sentence for
// the caller.

namespace volumeviz::http {

/// Names and values, percent-decoded. A name may occur several times.
using parameters = std::multimap<std::string, std::string>;

/// Takes "a=b&c=d" apart. A name without "=" has an empty value; a value may hold "=" itself, as
/// labels do.
parameters parse_parameters(std::string_view query);

/// ?limit= ?cursor= ?host=; with `of_volumes` ?orphaned= ?driver= ?label=k=v, too.
result<persistence::query> parse_query(const parameters& given, bool of_volumes);

/// ?type=full|volumes|containers; full when it is not given.
result<reconcile_scope> parse_scope(const parameters& given);

} // namespace volumeviz::http
