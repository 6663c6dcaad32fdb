#pragma once

namespace volumeviz {

/// Makes the linker take overrides.cpp along, whose function replaces one of CAF's.
void take_overrides_along() noexcept;

} // namespace volumeviz
