// Answers of the daemon: lists, inspects and /info. The first byte says what kind of answer it is.
#include "docker/info_json.hpp"
#include "tests/docker/whole_lists.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <boost/json.hpp>

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::fuzz;

namespace json = boost::json;

namespace {

json::object object_of(const key_values& pairs) {
  json::object out;
  for (const auto& [key, value] : pairs)
    out[key] = value;
  return out;
}

/// Without times, since Docker's text of a time is not kept.
std::string written(const volume& x) {
  return json::serialize(json::object{{"Name", x.name},
                                      {"Driver", x.driver},
                                      {"Mountpoint", x.mountpoint},
                                      {"Scope", x.scope},
                                      {"Labels", object_of(x.labels)},
                                      {"Options", object_of(x.options)}});
}

void check_failure(const failure& why) {
  must(why.code == ec::docker_malformed, "an answer that can't be understood is malformed");
  must(!why.text.empty(), "a failure says why");
}

void check_volume(const volume& x) {
  must(!x.name.empty(), "a volume has a name");
  auto untimed = x;
  untimed.created_at = never;
  const auto again = docker::parse_volume(written(x));
  must(again && *again == untimed, "a volume that is written down reads as the same", x.name);
}

void check_container(const container& x) {
  must(!x.id.empty(), "a container has an id");
  must(!x.state.empty(), "a container has a state", x.id);
  must(std::ranges::is_sorted(x.mounts, {}, &mount::path), "mounts are sorted by path", x.id);
  must(std::ranges::adjacent_find(x.mounts) == x.mounts.end(), "no mount comes twice", x.id);
  for (const auto& each : x.mounts)
    must(!each.volume.empty(), "a mount has a volume", x.id);
}

void check_left_out(const std::vector<left_out_entry>& entries) {
  std::size_t before = 0;
  for (const auto& x : entries) {
    must(x.position > before, "left-out entries are in the order of the list");
    must(!x.why.empty(), "a left-out entry says why");
    before = x.position;
  }
}

/// The body as it may arrive: in parts of seven bytes.
template <class Reader>
auto read_in_parts(std::string_view body) {
  Reader list;
  for (; !body.empty(); body.remove_prefix(std::min<std::size_t>(7, body.size())))
    list.feed(body.substr(0, 7));
  return list.finish();
}

void check_volumes(std::string_view body) {
  const auto read = docker::parse_volumes(body);
  const auto parts = read_in_parts<docker::volume_list_reader>(body);
  must(read ? parts && parts->volumes == read->volumes : !parts,
       "a list reads alike as a whole and in parts");
  if (!read)
    return check_failure(read.error());
  check_left_out(read->left_out);
  for (const auto& x : read->volumes)
    check_volume(x);
}

void check_containers(std::string_view body) {
  const auto read = docker::parse_containers(body);
  const auto parts = read_in_parts<docker::container_list_reader>(body);
  must(read ? parts && parts->listing.containers == read->listing.containers : !parts,
       "a list reads alike as a whole and in parts");
  if (!read)
    return check_failure(read.error());
  const auto& [containers, left_out] = read->listing;
  check_left_out(left_out);
  for (const auto& x : containers) {
    check_container(x);
    must(!x.from_inspect && x.started_at == never && x.finished_at == never,
         "a list has no start or end time", x.id);
  }
  for (const auto& id : read->named_by_id)
    must(std::ranges::find(containers, id, &container::id) != containers.end(),
         "a container without an image's name is one of the list", id);
}

void check_inspect(std::string_view body, bool podman) {
  const auto read = docker::parse_container(body, podman);
  if (!read)
    return check_failure(read.error());
  check_container(*read);
  must(read->from_inspect, "an inspect is marked as one", read->id);
}

void check_info(std::string_view body, bool podman) {
  const auto read = docker::parse_info(body, podman);
  if (!read)
    return check_failure(read.error());
  must(read->daemon_time != never, "a daemon reports its time");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const auto body = text_of(data + 1, size - 1);
  switch (data[0]) {
  case 'V':
    check_volumes(body);
    break;
  case 'v':
    if (const auto read = docker::parse_volume(body); read)
      check_volume(*read);
    else
      check_failure(read.error());
    break;
  case 'C':
    check_containers(body);
    break;
  case 'c':
  case 'p':
    check_inspect(body, data[0] == 'p');
    break;
  default:
    check_info(body, data[0] == 'j');
  }
  return 0;
}
