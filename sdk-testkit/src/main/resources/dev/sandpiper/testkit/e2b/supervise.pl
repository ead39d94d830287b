# Starts one command, tells its pid, and tells how it truly ended: the JVM cannot tell a death by a
# signal from an exit with 128 plus that signal's number.
#
# Reads from its standard input, where a text is a four-byte big-endian length and that many bytes:
#   the directory for named pipes, "1" or "0" for standard input on or off, the working directory,
#   the number of variables, names and values, the number of words, the words of the command;
#   then one byte once the reader has opened the pipes, and one once it knows the process by its pid.
# Writes lines to its standard output:
#   ready | failed REASON | started PID | exited CODE | killed NUMBER NAME CORE
use strict;
use warnings;
use Config;
use Fcntl;
use POSIX ();

$SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM PIPE);

sub bytes {
    my ($length) = @_;
    my $data = '';
    while (length $data < $length) {
        my $count = sysread STDIN, $data, $length - length $data, length $data;
        exit 1 unless $count;
    }
    return $data;
}

sub number { return unpack 'N', bytes(4) }
sub text   { return bytes(number()) }
sub report { syswrite STDOUT, "@_\n" }

sub give_up {
    report('failed', lcfirst $!);
    exit 1;
}

# A pipe held open at both ends, so that nobody waits in opening it.
sub named_pipe {
    my ($path) = @_;
    POSIX::mkfifo($path, 0600) or give_up();
    sysopen my $both, $path, O_RDWR or give_up();
    return $both;
}

sub open_end {
    my ($path, $mode) = @_;
    sysopen my $end, $path, $mode or give_up();
    return $end;
}

my $pipes     = text();
my $takes     = text();
my $directory = text();
my %environment;
for (1 .. number()) {
    my $name = text();
    $environment{$name} = text();
}
my @command;
push @command, text() for 1 .. number();

my @held = map { named_pipe("$pipes/$_") } 'out', 'err', $takes ? 'in' : ();
report('ready');
bytes(1);
my $in  = open_end($takes ? "$pipes/in" : '/dev/null', O_RDONLY);
my $out = open_end("$pipes/out", O_WRONLY);
my $err = open_end("$pipes/err", O_WRONLY);

# Closed by a successful exec; carries the reason of one that fails.
pipe my $outcome, my $failure or give_up();

my $pid = fork;
give_up() unless defined $pid;
if ($pid == 0) {
    POSIX::dup2(fileno $in,  0);
    POSIX::dup2(fileno $out, 1);
    POSIX::dup2(fileno $err, 2);
    $SIG{$_} = 'DEFAULT' for grep { $_ !~ /^(?:NUM|RT|__|KILL$|STOP$|ZERO$)/ } keys %SIG;
    POSIX::sigprocmask(POSIX::SIG_SETMASK(), POSIX::SigSet->new());
    %ENV = %environment;
    chdir $directory
        and exec {'/bin/sh'} 'sh', '-c',
        'if [ -z "$1" ]; then echo "sh: : not found" >&2; exit 127; fi; exec "$@"', 'sh', @command;
    syswrite $failure, lcfirst $!;
    POSIX::_exit(1);
}
close $_ for $in, $out, $err, $failure, @held;
my $reason = '';
1 while sysread $outcome, $reason, 256, length $reason;
if ($reason ne '') {
    waitpid $pid, 0;
    report('failed', $reason);
    exit 1;
}
report('started', $pid);

# The pid stays taken until it is waited for.
bytes(1);
1 until waitpid($pid, 0) == $pid;
my $signal = $? & 127;
if ($signal) {
    my $name = (split ' ', $Config{sig_name})[$signal];
    report('killed', $signal, $name, $? & 128 ? 1 : 0);
} else {
    report('exited', $? >> 8);
}
