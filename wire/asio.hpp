#pragma once

// Boost.Asio as this folder uses it: coroutines that get errors as values. Only for sources of
// wire/.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace volumeviz::wire {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using inside_socket = asio::local::stream_protocol::socket;

inline constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

} // namespace volumeviz::wire
