package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.Locale;

/** The families of sockets that a profile may name; there are some forty more. */
public enum SocketFamily {
  UNIX(1),
  INET(2),
  INET6(10),
  NETLINK(16);

  final int number;

  SocketFamily(int number) {
    this.number = number;
  }

  static SocketFamily parse(String name) throws BadInput {
    for (SocketFamily family : values()) {
      if (family.name().toLowerCase(Locale.ROOT).equals(name)) {
        return family;
      }
    }
    throw new BadInput("socket family \"" + Json.clip(name) + "\" is not known here");
  }
}
