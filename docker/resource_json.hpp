#pragma once

#include "docker/body_reader.hpp"
#include "docker/client.hpp"
#include "docker/list_entries.hpp"
#include "messages/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::docker {

/// The daemon's answers as resources. All fail with ec::docker_malformed.
///
/// A list fails as a whole only when it is cut off, not JSON around its entries, or not a list. An
/// entry that can't be parsed is left out and reported: it is not JSON, is nested too deep, has no
/// name, has a wrong shape, or has bytes that are not UTF-8. A label whose value is not text leaves
/// out the whole entry, not only the label. A row without one of its labels would look complete,
/// and a search for that label would miss it.
///
/// A container reads alike from a list and from an inspect, except for: created_at, started_at and
/// finished_at (resources.hpp says which); `image`, where a list shows the image's id once the tag
/// has moved to another image; and the name for the moment of a rename, when a list shows both.

/// GET /volumes.
class volume_list_reader final : public body_reader {
public:
  void begin() override;
  void feed(std::string_view bytes) override;
  /// At the end of the answer, once.
  result<volume_listing> finish();

private:
  list_cutter cutter_{"Volumes"};
  volume_listing listing_;
};

struct parsed_containers {
  container_listing listing;
  /// Ids of those whose `image` is an id: their tag has moved to another image, or they were
  /// created by id. Only an inspect has the name that they were created from.
  std::vector<std::string> named_by_id;
};

/// GET /containers/json.
class container_list_reader final : public body_reader {
public:
  void begin() override;
  void feed(std::string_view bytes) override;
  /// At the end of the answer, once.
  result<parsed_containers> finish();

private:
  list_cutter cutter_;
  parsed_containers parsed_;
};

result<volume> parse_volume(std::string_view body);
/// `podman`: leave the health out of the status, as Podman does in its list.
result<container> parse_container(std::string_view body, bool podman);

} // namespace volumeviz::docker
