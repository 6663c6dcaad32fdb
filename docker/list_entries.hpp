#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::docker {

/// The text of a JSON list, cut into its entries. A list of 100,000 resources is parsed one entry
/// at a time: a document of all takes several times the memory of its text.
struct list_entries {
  /// What is around the entries: the document with `0` in place of each of them. Parsing it shows
  /// whether the document is complete and well-formed outside of the entries.
  std::string frame;
  /// In order. Parts of the document.
  std::vector<std::string_view> entries;
};

/// Cuts a document that is an array.
list_entries entries_of(std::string_view document);
/// Cuts the array that is a member of the document, an object. `member`: its name. Without such an
/// array there are no entries, and the frame is the document.
list_entries entries_of(std::string_view document, std::string_view member);

} // namespace volumeviz::docker
