package dev.sallyport.server;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code server/config.json}.
 *
 * @param listen address of the API
 * @param port 0 takes any free one
 * @param hosts names in the certificate, if one is made
 */
record Config(String listen, int port, List<String> hosts) {
  private static final int MAX = 1 << 16;

  Config {
    hosts = List.copyOf(hosts);
  }

  static Config read(Path file) throws IOException, BadInput {
    Json.Obj json = Json.parseObject(Bounded.read(file, MAX)).only("listen", "port", "hosts");
    long port = json.integer("port");
    if (port < 0 || port > 65_535) {
      throw new BadInput("config.json: port " + port + "; 0 to 65535 are allowed");
    }
    return new Config(json.string("listen"), (int) port, json.strings("hosts"));
  }

  InetSocketAddress address() throws IOException {
    return new InetSocketAddress(InetAddress.getByName(listen), port);
  }

  /** Where clients reach the gateway once it listens on {@code bound}. */
  String url(int bound) {
    String host = listen.contains(":") ? "[" + listen + "]" : listen;
    return "https://" + host + ":" + bound;
  }
}
