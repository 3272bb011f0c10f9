/** Main: the key daemon, the trusted core. */
package dev.sallyport.keyd;
