#pragma once

#include "wire/asio.hpp"

namespace volumeviz::wire::testing {

/// Both ends of a TCP connection, and the loop that they belong to.
struct tcp_pair {
  asio::io_context context{1};
  tcp::socket near{context}, far{context};

  tcp_pair() {
    tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
    far.connect(acceptor.local_endpoint());
    acceptor.accept(near);
    near.native_non_blocking(true);
  }
};

} // namespace volumeviz::wire::testing
