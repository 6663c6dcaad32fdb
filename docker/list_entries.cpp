#include "docker/list_entries.hpp"

#include <algorithm>
#include <cstddef>

namespace volumeviz::docker {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Reads a document from left to right: texts, brackets, and what is in between.
class scanner {
public:
  explicit scanner(std::string_view document) : document_{document} {}

  bool at_end() const noexcept { return at_ >= document_.size(); }
  char here() const noexcept { return document_[at_]; }
  std::size_t at() const noexcept { return at_; }

  void skip_spaces() {
    while (!at_end() && is_space(here()))
      ++at_;
  }

  void skip_char() { ++at_; }

  /// Behind the text that begins here.
  void skip_text() {
    for (++at_; !at_end() && here() != '"'; ++at_)
      if (here() == '\\')
        ++at_;
    ++at_;
  }

  /// Behind a value: at the comma or bracket that ends it, or at the end of the document.
  void skip_value() {
    for (std::size_t depth = 0; !at_end();) {
      const auto c = here();
      if (c == '"') {
        skip_text();
        continue;
      }
      const bool closes = c == ']' || c == '}';
      if (depth == 0 && (closes || c == ','))
        return;
      if (closes)
        --depth;
      else if (c == '[' || c == '{')
        ++depth;
      ++at_;
    }
  }

  std::string_view since(std::size_t from) const {
    return document_.substr(std::min(from, document_.size()),
                            std::min(at_, document_.size()) - std::min(from, document_.size()));
  }

private:
  std::string_view document_;
  std::size_t at_ = 0;
};

std::string_view without_spaces_behind(std::string_view text) {
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

/// From the array's bracket to behind the end of its entries.
void cut_array(scanner& in, list_entries& out) {
  out.frame += '[';
  in.skip_char();
  for (;;) {
    in.skip_spaces();
    const auto from = in.at();
    in.skip_value();
    if (in.at_end()) { // cut off: the frame has no end, either
      return;
    }
    if (const auto entry = without_spaces_behind(in.since(from)); !entry.empty()) {
      out.entries.push_back(entry);
      out.frame += '0';
    }
    if (in.here() != ',')
      return;
    out.frame += ',';
    in.skip_char();
  }
}

} // namespace

list_entries entries_of(std::string_view document) {
  list_entries out;
  scanner in{document};
  in.skip_spaces();
  if (!in.at_end() && in.here() == '[')
    cut_array(in, out);
  const auto rest = document.substr(std::min(in.at(), document.size()));
  out.frame += rest;
  return out;
}

list_entries entries_of(std::string_view document, std::string_view member) {
  list_entries out;
  scanner in{document};
  std::size_t copied = 0; // of the document, into the frame
  in.skip_spaces();
  if (in.at_end() || in.here() != '{')
    return {std::string{document}, {}};
  in.skip_char();
  while (!in.at_end() && in.here() != '}') {
    in.skip_spaces();
    if (in.at_end() || in.here() != '"')
      break;
    const auto key_at = in.at();
    in.skip_text();
    const auto key = in.since(key_at + 1);
    in.skip_spaces();
    if (in.at_end() || in.here() != ':')
      break;
    in.skip_char();
    in.skip_spaces();
    if (!in.at_end() && in.here() == '[' && key.size() == member.size() + 1
        && key.starts_with(member)) {
      out.frame += in.since(copied);
      cut_array(in, out);
      copied = in.at();
    }
    in.skip_value();
    // Behind the array's bracket there is the comma or the end of the object.
    if (!in.at_end() && in.here() == ']') {
      in.skip_char();
      in.skip_value();
    }
    if (!in.at_end() && in.here() == ',')
      in.skip_char();
  }
  out.frame += document.substr(std::min(copied, document.size()));
  return out;
}

} // namespace volumeviz::docker
