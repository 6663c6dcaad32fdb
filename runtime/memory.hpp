#pragma once

namespace volumeviz {

/// Settings of the C library's allocator for a process that needs much memory for a moment, and
/// little for days. Call it once, before the first thread starts.
///
/// - Two arenas: by default each thread gets one, and keeps what it has freed.
/// - Blocks of 256 KiB and more are mapped, and go back to the system when they are freed: bodies
/// of
///   large lists, for example. By default the limit grows to 32 MiB with the first that is freed.
void keep_memory_small() noexcept;

/// Gives free memory back to the system, when there are some megabytes of it.
void give_memory_back() noexcept;

} // namespace volumeviz
