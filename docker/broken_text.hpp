#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace volumeviz::docker {

/// Boost.JSON refuses a whole document for one byte sequence that is not UTF-8, or for one escaped
/// surrogate without its other half ("\ud800"). These two read such a document all the same. They
/// are for documents that were refused: a good one never comes here.

/// The document with a mark in place of whatever is not valid in its strings; all other bytes are
/// the same. Nothing, when its strings are valid: something else is wrong with it.
std::optional<std::string> mark_broken_text(std::string_view document);

/// After such a document was parsed: makes `false` of each marked string, and of the value of each
/// member with a marked name. Whoever wants text there finds none, and nobody takes a part of a
/// text for the whole. The mark is a noncharacter of Unicode, which no valid text should have.
void drop_broken_text(boost::json::value& parsed);

} // namespace volumeviz::docker
