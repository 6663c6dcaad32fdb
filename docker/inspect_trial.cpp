#include "docker/inspect_trial.hpp"

#include "docker/requests.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace volumeviz::docker {

namespace {

using steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

// The node's own limit allows for this: a dead volume plugin delays the list of volumes by 15 s.
constexpr deadline list_limit = 20s;

std::string name_of(const container& x) {
  const auto id = short_id(x.id);
  return x.name.empty() ? id : x.name + " (" + id + ")";
}

/// Inspects one resource after the other, and keeps what fails.
class trial {
public:
  trial(client& daemon, deadline each, deadline all)
      : daemon_(daemon), each_(each), ends_(steady::now() + all) {}

  void try_container(const container& x) {
    if (const auto answer = ask([&] { return daemon_.inspect_container(x.id, each_); }))
      keep(resource_kind::container, x.id, name_of(x), *answer);
  }
  void try_volume(const volume& x) {
    if (const auto answer = ask([&] { return daemon_.inspect_volume(x.name, each_); }))
      keep(resource_kind::volume, x.name, x.name, *answer);
  }

  bool has_denied() const {
    return std::ranges::any_of(found_, [](const finding& x) { return x.denied; });
  }
  /// A denied resource that is not among these was removed in between: not a failure.
  void forget_denied_but(const std::vector<container>& containers,
                         const std::vector<volume>& volumes) {
    std::erase_if(found_, [&](const finding& x) {
      return x.denied && std::ranges::find(containers, x.key, &container::id) == containers.end()
             && std::ranges::find(volumes, x.key, &volume::name) == volumes.end();
    });
  }

  inspect_trial result(std::size_t listed) && {
    inspect_trial all{.tried = tried_, .listed = listed, .failed = {}};
    for (auto& x : found_)
      all.failed.push_back(std::move(x.what));
    return all;
  }

private:
  struct finding {
    std::string key;
    bool denied = false;
    uninspectable what;
  };

  template <class Ask>
  auto ask(Ask question) -> std::optional<decltype(question())> {
    if (steady::now() >= ends_)
      return std::nullopt;
    ++tried_;
    return question();
  }

  template <class Answer>
  void keep(resource_kind kind, const std::string& key, std::string name, const Answer& answer) {
    if (!answer)
      found_.push_back({key, false, {kind, std::move(name), answer.error().text}});
    else if (!answer->has_value())
      found_.push_back({key,
                        true,
                        {kind, std::move(name),
                         "the daemon lists it, and answers its inspect with \"no such "
                             + std::string{to_string(kind)} + "\""}});
  }

  client& daemon_;
  const deadline each_;
  const steady::time_point ends_;
  std::size_t tried_ = 0;
  std::vector<finding> found_;
};

} // namespace

result<inspect_trial> try_inspects(client& daemon, deadline each, deadline all) {
  const auto containers = daemon.list_containers(list_limit);
  if (!containers)
    return tl::unexpected{containers.error()};
  const auto listed = daemon.list_volumes(list_limit);
  if (!listed)
    return tl::unexpected{listed.error()};
  auto volumes = listed->volumes.unpacked();
  std::erase_if(volumes, [](const volume& x) { return is_mangled_by_router(x.name); });
  trial inspects{daemon, each, all};
  for (const auto& x : containers->containers)
    inspects.try_container(x);
  for (const auto& x : volumes)
    inspects.try_volume(x);
  if (inspects.has_denied()) {
    const auto containers_now = daemon.list_containers(list_limit);
    const auto volumes_now = daemon.list_volumes(list_limit);
    if (containers_now && volumes_now)
      inspects.forget_denied_but(containers_now->containers.unpacked(),
                                 volumes_now->volumes.unpacked());
  }
  return std::move(inspects).result(containers->containers.size() + volumes.size());
}

} // namespace volumeviz::docker
