/** Main: the only process with a network. */
package dev.sallyport.server;
