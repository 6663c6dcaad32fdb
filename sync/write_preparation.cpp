#include "sync/write_preparation.hpp"

#include "sync/told.hpp"

#include <string>
#include <vector>

namespace volumeviz::sync {

void distrust_denials(observation& what, const work_plan& plan) {
  std::erase_if(what.batch.containers.gone, [&](const std::string& id) {
    if (!plan.keys().list_outweighs(id))
      return false;
    what.failed.push_back(
        {.key = id,
         .why = {ec::docker_refused,
                 "the daemon lists it and answers its inspect with \"no such container\""},
         .denied = true});
    return true;
  });
}

void prepare_write(observation& what, const fetch& asked, const work_plan& plan,
                   const kept_rows& kept) {
  auto& volumes = what.batch.volumes;
  auto& containers = what.batch.containers;
  for (auto& x : volumes.present)
    x.recreated = plan.keys().recreated(x.name);
  volumes.listed.change_each([&plan](const packed_entry<volume>& x, packed_rest<volume>& rest) {
    rest.recreated = plan.keys().recreated(std::string{x.key()});
  });
  for (auto& x : containers.present)
    x.times_unknown = !x.from_inspect && plan.keys().is_set_aside(x.id);
  containers.listed.change_each(
      [&plan](const packed_entry<container>& x, packed_rest<container>& rest) {
        rest.times_unknown = !rest.from_inspect && plan.keys().is_set_aside(std::string{x.key()});
      });
  if (volumes.complete) {
    for (const auto& key : plan.keys().set_aside())
      if (kept.contains(key))
        volumes.spared.unverified.push_back(key);
    volumes.spared.all_unverified = !what.drivers.empty();
  }
  const auto told = plan.keys().told();
  volumes.told = told_of(volumes, told);
  containers.told = told_of(containers, told);
  volumes.confirmed = asked.confirmed;
  containers.confirmed = asked.confirmed;
}

} // namespace volumeviz::sync
