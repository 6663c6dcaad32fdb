#include "docker/list_entries.hpp"

namespace volumeviz::docker {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view without_spaces_behind(std::string_view text) {
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

/// For a byte within a text, its closing quote included.
void step_in_text(char c, bool& in_text, bool& escaped) {
  if (escaped)
    escaped = false;
  else if (c == '\\')
    escaped = true;
  else if (c == '"')
    in_text = false;
}

} // namespace

void list_cutter::feed(std::string_view bytes, const on_entry& entry) {
  for (std::size_t i = 0; i < bytes.size();) {
    if (at_ == place::in_array) {
      i = feed_array(bytes, i, entry);
    } else if (at_ == place::behind) {
      frame_.append(bytes.substr(i));
      return;
    } else {
      step_outside(bytes[i++]);
    }
  }
}

void list_cutter::step_outside(char c) {
  if (at_ == place::in_object) {
    step_in_object(c);
    return;
  }
  if (at_ == place::before_member && !is_space(c) && c != ':' && c != '[') {
    at_ = place::in_object; // the member is not an array
    step_in_object(c);
    return;
  }
  frame_ += c;
  if (is_space(c) || (at_ == place::before_member && c == ':'))
    return;
  if (at_ == place::before_object) {
    at_ = c == '{' ? place::in_object : place::behind;
    key_comes_ = true;
  } else {
    at_ = c == '[' ? place::in_array : place::behind;
  }
}

void list_cutter::step_in_object(char c) {
  frame_ += c;
  if (in_text_) {
    if (key_comes_ && depth_ == 0 && key_.size() <= quoted_member_.size())
      key_ += c;
    step_in_text(c, in_text_, escaped_);
    if (in_text_ || !key_comes_ || depth_ > 0)
      return;
    key_comes_ = false;
    if (key_ == quoted_member_)
      at_ = place::before_member;
  } else if (c == '"') {
    in_text_ = true;
    key_ = '"';
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if (c == '}' || c == ']') {
    if (depth_ == 0)
      at_ = place::behind;
    else
      --depth_;
  } else if (c == ',' && depth_ == 0) {
    key_comes_ = true;
  }
}

std::size_t list_cutter::feed_array(std::string_view bytes, std::size_t from,
                                    const on_entry& entry) {
  while (begun_.empty() && from < bytes.size() && is_space(bytes[from]))
    ++from;
  // Most bytes of a list pass here: its state is in registers.
  auto in_text = in_text_, escaped = escaped_;
  auto depth = depth_;
  for (auto i = from; i < bytes.size(); ++i) {
    const auto c = bytes[i];
    if (in_text) {
      step_in_text(c, in_text, escaped);
      continue;
    }
    const auto closes = c == ']' || c == '}';
    if (depth == 0 && (closes || c == ',')) {
      in_text_ = escaped_ = false;
      end_entry(bytes.substr(from, i - from), c, entry);
      return i + 1;
    }
    if (c == '"')
      in_text = true;
    else if (closes)
      --depth;
    else if (c == '[' || c == '{')
      ++depth;
  }
  in_text_ = in_text;
  escaped_ = escaped;
  depth_ = depth;
  begun_.append(bytes.substr(from));
  return bytes.size();
}

void list_cutter::end_entry(std::string_view last_part, char end, const on_entry& entry) {
  auto whole = last_part;
  if (!begun_.empty())
    whole = begun_.append(last_part);
  whole = without_spaces_behind(whole);
  if (!whole.empty()) {
    ++entries_;
    frame_ += '0';
    entry(whole);
  }
  begun_.clear();
  frame_ += end;
  depth_ = 0;
  if (end != ',')
    at_ = quoted_member_.empty() ? place::behind : place::in_object;
}

} // namespace volumeviz::docker
