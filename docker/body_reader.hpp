#pragma once

#include <string_view>

namespace volumeviz::docker {

/// Reads the body of an answer while it arrives.
class body_reader {
public:
  virtual ~body_reader() = default;
  /// An answer begins. What came before belonged to another answer and is forgotten.
  virtual void begin() = 0;
  virtual void feed(std::string_view bytes) = 0;
};

} // namespace volumeviz::docker
