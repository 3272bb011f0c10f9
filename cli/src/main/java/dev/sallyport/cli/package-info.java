/** Main: the command line and the supervisor. */
package dev.sallyport.cli;
