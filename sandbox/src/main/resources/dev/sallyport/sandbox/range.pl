# Executes a command that makes a user namespace, and gives that namespace the maps that only
# somebody outside it may write (user_namespaces(7)).
#
# Arguments: map of users, map of groups (lines, separated by commas); directory of newuidmap and
# newgidmap, or "" to write the maps directly; "--"; the command. Its words {ready} and {go} stand for
# descriptors: it writes "child-pid": PID to the one when the namespace is there and closes it, and
# goes on when it reads a line from the other, which comes only if both maps were written.
use strict;

# Descriptors up to here are handed on.
$^F = 9;
my ($users, $groups, $tools) = splice(@ARGV, 0, 3);
shift @ARGV;
pipe(my $told, my $ready) && pipe(my $go, my $say) or die "range: pipe: $!\n";

sub write_map {
    my ($pid, $name, $map) = @_;
    if ($tools ne "") { return system("$tools/new" . ($name eq "uid_map" ? "uidmap" : "gidmap"), $pid, split(/[ ,]/, $map)) == 0; }
    $map =~ tr/,/\n/;
    open(my $file, ">", "/proc/$pid/$name") or return 0;
    return syswrite($file, "$map\n") && close($file);
}

my $helper = fork;
defined $helper or die "range: fork: $!\n";
if ($helper == 0) {
    # Nobody's child: the command waits for children of its own.
    exit 0 if fork;
    close($ready);
    close($go);
    # To the end: whoever writes into a pipe that was closed is killed.
    my ($said, $pid) = ("");
    while (sysread($told, $said, 512, length $said)) { }
    ($pid) = $said =~ /"child-pid": (\d+)\D/ or exit 1;
    if (write_map($pid, "uid_map", $users) && write_map($pid, "gid_map", $groups)) {
        syswrite($say, "go\n");
        exit 0;
    }
    print STDERR "range: maps of $pid: $!\n";
    kill("KILL", $pid);
    exit 1;
}
waitpid($helper, 0);
close($told);
close($say);
# The first of each: the command may be followed by another that wants descriptors of its own.
my %number = ("{ready}" => fileno($ready), "{go}" => fileno($go));
for (@ARGV) { $_ = delete $number{$_} if defined $number{$_}; }
exec { $ARGV[0] } @ARGV or die "range: $ARGV[0]: $!\n";
