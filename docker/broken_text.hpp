#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace volumeviz::docker {

/// Boost.JSON rejects a whole document because of one byte sequence that is not UTF-8, or one
/// escaped surrogate without its other half ("\ud800"). These two functions make such a document
/// readable. They are called only for documents that were rejected.

/// The document with a mark in place of each invalid part of its strings; all other bytes are the
/// same. Nothing when its strings are valid: then something else is wrong with it.
std::optional<std::string> mark_broken_text(std::string_view document);

/// After such a document was parsed: makes `false` of each marked string, and of the value of each
/// member with a marked name. A reader that expects text there reports a problem, and can't take a
/// part of a text for the whole. The mark is a noncharacter of Unicode, which valid text should not
/// have.
void drop_broken_text(boost::json::value& parsed);

} // namespace volumeviz::docker
