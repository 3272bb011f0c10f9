/** The key daemon: the trusted core (spec/key-release.md). */
package dev.sallyport.keyd;
