// Mutual TLS, with certificates made for the test.
#include "docker/client.hpp"
#include "tests/docker/recorder.hpp"
#include "tests/docker/why.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/scratch.hpp"

#include <doctest/doctest.h>
#include <httplib.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

using namespace volumeviz;
using namespace std::chrono_literals;
using support::eventually;
using support::scratch_folder;

namespace {

constexpr docker::deadline patience = 10s;

void shell(const std::string& command) {
  REQUIRE_MESSAGE(std::system((command + " >/dev/null 2>&1").c_str()) == 0, command);
}

/// An authority, and certificates that it has signed.
class authority {
public:
  authority() {
    shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
          "-subj /CN=test-authority -keyout "
          + (folder_ / "ca-key.pem") + " -out " + ca());
  }
  /// ca.pem, cert.pem and key.pem in a folder of this name.
  std::string issue(const std::string& name, const std::string& extensions) const {
    const auto to = folder_ / name;
    std::filesystem::create_directory(to);
    std::ofstream{to + "/extensions"} << extensions << '\n';
    shell("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=" + name
          + " -keyout " + to + "/key.pem -out " + to + "/request");
    shell("openssl x509 -req -days 2 -CAcreateserial -CA " + ca() + " -CAkey "
          + (folder_ / "ca-key.pem") + " -in " + to + "/request -extfile " + to
          + "/extensions -out " + to + "/cert.pem");
    std::filesystem::copy_file(ca(), to + "/ca.pem");
    return to;
  }
  std::string ca() const { return folder_ / "ca.pem"; }

private:
  scratch_folder folder_;
};

/// A daemon of a few answers that wants a client certificate of its authority.
class tls_daemon {
public:
  explicit tls_daemon(const std::string& folder)
      : server_{(folder + "/cert.pem").c_str(), (folder + "/key.pem").c_str(),
                (folder + "/ca.pem").c_str()} {
    REQUIRE(server_.is_valid());
    server_.set_default_headers({{"Api-Version", "1.41"}, {"Server", "Docker/20.10.24 (linux)"}});
    server_.Get("/_ping", [](const auto&, auto& out) { out.set_content("OK", "text/plain"); });
    server_.Get("/v1.41/info", [](const auto&, auto& out) {
      out.set_content(R"({"ID":"x","SystemTime":"2024-05-01T10:20:30Z"})", "application/json");
    });
    server_.Get("/v1.41/volumes", [](const auto&, auto& out) {
      out.set_content(R"({"Volumes":[{"Name":"secret"}]})", "application/json");
    });
    server_.Get("/v1.41/events", [this](const auto&, auto& out) {
      out.set_chunked_content_provider("application/json", [this](std::size_t at, auto& sink) {
        const std::string line =
            R"({"Type":"volume","Action":"create","Actor":{"ID":"v"},"timeNano":7})"
            "\n";
        if (at == 0)
          sink.write(line.data(), line.size());
        std::this_thread::sleep_for(5ms);
        return !leaving_;
      });
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread{[this] { server_.listen_after_bind(); }};
    REQUIRE(eventually([&] { return server_.is_running(); }));
  }
  ~tls_daemon() {
    leaving_ = true;
    server_.stop();
    thread_.join();
  }
  std::string host(const std::string& name = "127.0.0.1") const {
    return "tcp://" + name + ":" + std::to_string(port_);
  }

private:
  httplib::SSLServer server_;
  std::atomic<bool> leaving_{false};
  int port_ = 0;
  std::thread thread_;
};

result<docker::volume_listing> volumes(const std::string& host, const std::string& certificates) {
  const auto daemon = docker::connect_to({.host = host, .tls = true, .cert_path = certificates});
  if (!daemon)
    return tl::unexpected{daemon.error()};
  return (*daemon)->make_client()->list_volumes(patience);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("mutual TLS needs the right certificates on both sides") {
  if (std::system("openssl version >/dev/null 2>&1") != 0) {
    MESSAGE("skipped: there is no openssl here");
    return;
  }
  const authority ours;
  const authority others;
  const std::string any_name = "subjectAltName=IP:127.0.0.1,DNS:localhost";
  const tls_daemon daemon{ours.issue("server", any_name)};
  const auto mine = ours.issue("client", "extendedKeyUsage=clientAuth");

  const auto good = volumes(daemon.host(), mine);
  REQUIRE_MESSAGE(good, support::why(good));
  CHECK(good->volumes[0].name == "secret");
  CHECK(volumes(daemon.host("localhost"), mine));

  const auto connected =
      docker::connect_to({.host = daemon.host(), .tls = true, .cert_path = mine});
  REQUIRE(connected);
  support::stream_recorder stream{**connected};
  CHECK(eventually([&] { return stream.saw(resource_kind::volume, "create", "v"); }));
  CHECK(stream.stop() < 1s);
  CHECK(stream.ended()->code == ec::cancelled);

  // The daemon does not know our certificate.
  const auto strange = others.issue("client", "extendedKeyUsage=clientAuth");
  std::filesystem::copy_file(ours.ca(), strange + "/ca.pem",
                             std::filesystem::copy_options::overwrite_existing);
  const auto refused = volumes(daemon.host(), strange);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::docker_unreachable);
  CHECK(contains(refused.error().text, "accepts "));

  // We do not know the daemon's.
  const auto suspicious = others.issue("suspicious", "extendedKeyUsage=clientAuth");
  const auto unknown = volumes(daemon.host(), suspicious);
  REQUIRE_FALSE(unknown);
  CHECK(contains(unknown.error().text, "is not signed by"));

  // It is for another host.
  const tls_daemon elsewhere{ours.issue("elsewhere", "subjectAltName=DNS:docker.example")};
  const auto misplaced = volumes(elsewhere.host(), mine);
  REQUIRE_FALSE(misplaced);
  CHECK(contains(misplaced.error().text, "another host name"));

  // It speaks TLS, and we don't; and the other way round.
  const auto plain = docker::connect_to({.host = daemon.host(), .tls = false, .cert_path = ""});
  REQUIRE(plain);
  CHECK_FALSE((*plain)->make_client()->list_volumes(2s));
  httplib::Server without;
  const auto port = without.bind_to_any_port("127.0.0.1");
  std::thread serving{[&] { without.listen_after_bind(); }};
  const auto no_tls = volumes("tcp://127.0.0.1:" + std::to_string(port), mine);
  without.stop();
  serving.join();
  REQUIRE_FALSE(no_tls);
  CHECK(no_tls.error().code == ec::docker_unreachable);
}

TEST_CASE("invalid certificates are refused before connecting") {
  if (std::system("openssl version >/dev/null 2>&1") != 0) {
    MESSAGE("skipped: there is no openssl here");
    return;
  }
  const authority ours;
  const auto folder = ours.issue("client", "extendedKeyUsage=clientAuth");
  const auto connect = [&] {
    return docker::connect_to({.host = "tcp://127.0.0.1:1", .tls = true, .cert_path = folder});
  };
  REQUIRE(connect());
  for (const auto* file : {"ca.pem", "cert.pem", "key.pem"}) {
    CAPTURE(file);
    const auto path = folder + "/" + file;
    std::filesystem::rename(path, path + ".good");
    CHECK(connect().error().code == ec::bad_request); // missing
    std::ofstream{path} << "rubbish";
    const auto out = connect();
    REQUIRE_FALSE(out);
    CHECK(out.error().code == ec::bad_request);
    CHECK(contains(out.error().text, path));
    std::filesystem::rename(path + ".good", path);
  }
}

TEST_CASE("a call to a daemon that never speaks TLS ends at its deadline") {
  if (std::system("openssl version >/dev/null 2>&1") != 0) {
    MESSAGE("skipped: there is no openssl here");
    return;
  }
  const authority ours;
  const auto mine = ours.issue("client", "extendedKeyUsage=clientAuth");
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&name), size) == 0);
  REQUIRE(::listen(listener, 8) == 0);
  REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&name), &size) == 0);
  const auto daemon =
      docker::connect_to({.host = "tcp://127.0.0.1:" + std::to_string(ntohs(name.sin_port)),
                          .tls = true,
                          .cert_path = mine});
  REQUIRE(daemon);
  const auto before = std::chrono::steady_clock::now();
  const auto out = (*daemon)->make_client()->list_volumes(300ms);
  ::close(listener);
  REQUIRE_FALSE(out);
  CHECK(out.error().code == ec::docker_timeout);
  CHECK(std::chrono::steady_clock::now() - before < 2s);
}
