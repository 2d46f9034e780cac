// What c10d does not say of the sockets that it uses.
#pragma once

#include <cstdint>
#include <string>

namespace straightedge::train {

/// The address of the interface by which packets to a host go out; "" where the host's name is not known.
[[nodiscard]] std::string address_towards(const std::string& host);

/// Lets the process open as many files as it may: every process is connected to every other, and three times to the
/// store.
void raise_limit_of_files();

/// What the other ends of the connections of this process have acknowledged, and what came from them; but for
/// connections to and from a port. It grows as long as anything gets through, however slowly.
[[nodiscard]] std::uint64_t bytes_exchanged_but(int port);

/// Ends the connections of this process, but for those to and from a port: whoever waits for a process that will never
/// answer is told. Gloo has no other way, as c10d's abort does not reach it.
void cut_connections_but(int port);

}  // namespace straightedge::train
