#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace volumeviz::docker {

/// Cuts the text of a JSON list into its entries while the text arrives. A list of 100,000
/// resources is parsed one entry at a time: neither its text nor a document of all is ever in
/// memory as a whole.
class list_cutter {
public:
  /// Called with each entry, in order. The view ends with the call.
  using on_entry = std::function<void(std::string_view)>;

  /// For a document that is an array.
  list_cutter() : at_{place::before_array} {}
  /// For an array that is a member of the document, an object. Without such an array there are no
  /// entries, and the frame is the document.
  explicit list_cutter(std::string_view member)
      : quoted_member_{'"' + std::string{member} + '"'}, at_{place::before_object} {}

  /// The next part of the text; it may begin and end anywhere.
  void feed(std::string_view bytes, const on_entry& entry);

  /// What is around the entries: the document with `0` in place of each of them. Parsing it shows
  /// whether the document is complete and well-formed outside of the entries.
  const std::string& frame() const noexcept { return frame_; }
  std::size_t entries() const noexcept { return entries_; }

private:
  enum class place {
    before_object, ///< spaces in front of the object that has the member
    before_array,  ///< spaces in front of the document that is the array
    in_object,     ///< anywhere in that object but in the array
    before_member, ///< behind the member's name
    in_array,      ///< in the array
    behind         ///< nothing is cut any more
  };

  void step_outside(char c);
  void step_in_object(char c);
  /// Returns the place behind what it has read: the end of an entry, or of `bytes`.
  std::size_t feed_array(std::string_view bytes, std::size_t from, const on_entry& entry);
  void end_entry(std::string_view last_part, char end, const on_entry& entry);

  std::string quoted_member_;
  place at_;
  std::string frame_;
  std::string begun_; ///< of the entry, what came with earlier parts
  std::string key_;   ///< of the object, with its quotes; no longer than the member's and one more
  bool key_comes_ = false; ///< the next text of the object is a key
  bool in_text_ = false;
  bool escaped_ = false;
  std::size_t depth_ = 0; ///< of brackets, within the object or within the entry
  std::size_t entries_ = 0;
};

} // namespace volumeviz::docker
