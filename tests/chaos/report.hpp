#pragma once

#include "tests/chaos/episode.hpp"

#include <string>
#include <vector>

namespace volumeviz::chaos {

/// A line of tab-separated fields; what it was made of, without `trouble`'s text.
std::string to_line(const episode& x);
episode from_line(const std::string& line);

/// A Markdown table: a row for every fault and database.
std::string table_of(const std::vector<episode>& episodes);

} // namespace volumeviz::chaos
