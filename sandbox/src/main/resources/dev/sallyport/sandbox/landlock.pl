# Restricts itself by Landlock (landlock(7)) and executes a command, which stays restricted.
#
# Arguments: version of the kernel's interface, number of openat, then what is denied wherever no
# rule grants it: rights on files, on TCP, scopes; then pairs of rights and path; "--"; the command.
# Either all of it is in force or the command does not run. No new privileges: bwrap saw to that.
use strict;

# The same numbers on all processors; flags of openat: O_PATH | O_CLOEXEC.
my ($create, $add, $restrict, $find) = (444, 445, 446, 0x280000);

sub refuse { print STDERR "landlock: $_[0]: $!\n"; exit 125; }

# Numbers, because Perl would pass the address of a string.
my ($version, $openat, $files, $tcp, $scopes) = map { 0 + $_ } splice(@ARGV, 0, 5);
syscall($create, 0, 0, 1) >= $version or refuse("version is below $version");

my $denied = pack("Q3", $files, $tcp, $scopes);
my $rules = syscall($create, $denied, length($denied), 0);
$rules >= 0 or refuse("rules");

while (@ARGV) {
    my $rights = shift @ARGV;
    last if $rights eq "--";
    my $path = shift @ARGV;
    my $at = syscall($openat, -100, $path, $find, 0);
    # What is not there (ENOENT) needs no right.
    next if $at < 0 && $! == 2;
    $at >= 0 or refuse($path);
    my $rule = pack("Ql", 0 + $rights, $at);
    syscall($add, $rules, 1, $rule, 0) == 0 or refuse("rule on $path");
}

syscall($restrict, $rules, 0) == 0 or refuse("restriction");
exec { $ARGV[0] } @ARGV or refuse($ARGV[0]);
