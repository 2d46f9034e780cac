#include <processes/sockets.hpp>

#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <vector>

namespace straightedge::train {
namespace {

/// 0: not of IP.
int port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  }
  return address.ss_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port) : 0;
}

/// work(socket) for each connection of this process but for those to and from a port.
template <class Work>
void for_each_connection_but(int port, const Work& work) {
  std::vector<int> sockets;
  for (const std::filesystem::directory_entry& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    sockets.push_back(std::stoi(entry.path().filename().string()));
  }
  for (const int socket : sockets) {
    sockaddr_storage own{};
    sockaddr_storage peer{};
    socklen_t own_size = sizeof(own);
    socklen_t peer_size = sizeof(peer);
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &own_size) == 0 &&
        ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &peer_size) == 0 && port_of(own) != 0 &&
        port_of(own) != port && port_of(peer) != port) {
      work(socket);
    }
  }
}

}  // namespace

std::string address_towards(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), "9", &hints, &found) != 0) {
    return "";
  }
  std::string address;
  const int socket = ::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_storage own{};
  socklen_t size = sizeof(own);
  // Of a datagram socket this chooses a route, and sends nothing.
  if (socket >= 0 && ::connect(socket, found->ai_addr, found->ai_addrlen) == 0 &&
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size) == 0) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(reinterpret_cast<sockaddr*>(&own), size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) ==
        0) {
      address = text.data();
    }
  }
  if (socket >= 0) {
    ::close(socket);
  }
  ::freeaddrinfo(found);
  return address;
}

void raise_limit_of_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &files);
  }
}

std::uint64_t bytes_exchanged_but(int port) {
  std::uint64_t sum = 0;
  for_each_connection_but(port, [&sum](int socket) {
    tcp_info info{};
    socklen_t size = sizeof(info);
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0) {
      sum += info.tcpi_bytes_acked + info.tcpi_bytes_received;
    }
  });
  return sum;
}

void cut_connections_but(int port) {
  for_each_connection_but(port, [](int socket) { ::shutdown(socket, SHUT_RDWR); });
}

}  // namespace straightedge::train
