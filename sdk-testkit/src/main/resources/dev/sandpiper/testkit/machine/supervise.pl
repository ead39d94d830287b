# Starts one command, tells its pid, and tells how it truly ended: the JVM cannot tell a death by a
# signal from an exit with 128 plus that signal's number.
#
# Reads from its standard input, where a text is a four-byte big-endian length and that many bytes:
#   the directory for named pipes, "1" or "0" for standard input on or off, the size of a terminal as
#   "COLUMNS ROWS" or nothing for a command without, the working directory, the number of variables,
#   names and values, the number of words, the words of the command;
#   then one byte once the reader has opened the pipes, and one once it knows the process by its pid;
#   then, for a terminal, each new size as two-byte big-endian columns and rows.
# Writes lines to its standard output:
#   ready | failed REASON | started PID | resized | exited CODE | killed NUMBER NAME CORE
#
# A command without a terminal has the pipes out, err and in for its own. One with a terminal has
# that, and a second process carries its bytes from and to the pipes out and in.
#
# With the argument "trial" it starts nothing and exits with 0 if terminals can be had; else it
# tells why not.
use strict;
use warnings;
use Config;
use Errno;
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

# What the kernel calls the things that are done to a terminal. Some rare processors have other
# numbers; there the trial fails.
use constant {
    UNLOCK    => 0x40045431,
    GET_PLACE => 0x80045430,
    GET_SIZE  => 0x5413,
    SET_SIZE  => 0x5414,
    CONTROL   => 0x540e,
};
use constant CHUNK => 16 * 1024;

# A new terminal: the end of whoever shows it, and the end of the command.
sub terminal {
    my ($columns, $rows) = @_;
    sysopen my $shown, '/dev/ptmx', O_RDWR | O_NOCTTY or give_up();
    my $number = pack 'i', 0;
    ioctl $shown, UNLOCK,    $number or give_up();
    ioctl $shown, GET_PLACE, $number or give_up();
    resize($shown, $columns, $rows) or give_up();
    my $place = '/dev/pts/' . unpack 'i', $number;
    sysopen my $own, $place, O_RDWR | O_NOCTTY or give_up();
    return ($shown, $own);
}

sub resize {
    my ($terminal, $columns, $rows) = @_;
    return ioctl $terminal, SET_SIZE, pack('S4', $rows, $columns, 0, 0);
}

# Makes it the terminal of a new session, which this process leads.
sub take {
    my ($terminal) = @_;
    return defined POSIX::setsid() && ioctl $terminal, CONTROL, 0;
}

sub try_terminals {
    my ($shown, $own) = terminal(81, 25);
    my $size = pack 'S4', (0) x 4;
    ioctl $own, GET_SIZE, $size or give_up();
    if (join(' ', unpack 'S4', $size) ne '25 81 0 0') {
        $! = POSIX::ENOTTY();
        give_up();
    }
    my $pid = fork;
    give_up() unless defined $pid;
    POSIX::_exit(take($own) && open(my $mine, '+<', '/dev/tty') ? 0 : $!) unless $pid;
    waitpid $pid, 0;
    $! = $? >> 8;
    give_up() if $?;
    exit 0;
}

sub set_of {
    my $set = '';
    vec($set, fileno $_, 1) = 1 for @_;
    return $set;
}

sub will_come { return $!{EAGAIN} || $!{EINTR} }

# Carries bytes between a terminal and the pipes and sets its size, until the pipe "in" is closed.
# A side is read only when nothing is left for the other, so that a full pipe stops the command.
sub carry {
    my ($terminal, $in, $out) = @_;
    my ($typed, $shown) = ('', '');
    my ($showing, $sizing) = (1, 1);
    my $type = sub {
        my $count = syswrite $terminal, $typed;
        if (defined $count) { substr $typed, 0, $count, '' }
        elsif (!will_come()) { $typed = '' }
    };
    my $read_typed = sub {
        my $count = sysread $in, $typed, CHUNK;
        exit 0 if defined $count ? $count == 0 : !will_come();
        $type->();
        return defined $count;
    };
    while (1) {
        my $readable = set_of(
            $sizing ? \*STDIN : (),
            $typed eq '' ? $in : (),
            $showing && $shown eq '' ? $terminal : ());
        my $writable = set_of($typed ne '' ? $terminal : (), $shown ne '' ? $out : ());
        next if select($readable, $writable, undef, undef) < 0;

        # A new size stands between what was typed before it and what is typed after. There are no
        # more once the command has ended; what it has shown is still to be carried then.
        if ($sizing && select(my $sizes = set_of(\*STDIN), undef, undef, 0) > 0) {
            my $size = '';
            1 while length $size < 4 && sysread STDIN, $size, 4 - length $size, length $size;
            $sizing = length $size == 4;
            next unless $sizing;
            1 while $typed eq '' && $read_typed->();
            resize($terminal, unpack 'n2', $size);
            report('resized');
            next;
        }
        $type->() if $typed ne '';
        $read_typed->() if $typed eq '' && vec $readable, fileno $in, 1;
        if ($showing && $shown eq '' && vec $readable, fileno $terminal, 1) {
            # Nobody has the other end open any more, or the session's leader is gone.
            if (!sysread($terminal, $shown, CHUNK) && !will_come()) {
                $showing = 0;
                close $out;
            }
        }
        if ($shown ne '') {
            my $count = syswrite $out, $shown;
            if (defined $count) { substr $shown, 0, $count, '' }
            elsif (!will_come()) { exit 0 }
        }
    }
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

try_terminals() if @ARGV && $ARGV[0] eq 'trial';

my $pipes     = text();
my $takes     = text();
my $size      = text();
my $directory = text();
my %environment;
for (1 .. number()) {
    my $name = text();
    $environment{$name} = text();
}
my @command;
push @command, text() for 1 .. number();

my @names = $size ne '' ? qw(out in) : $takes ? qw(out err in) : qw(out err);
my @held = map { named_pipe("$pipes/$_") } @names;
report('ready');
bytes(1);
my ($in, $out, $err, $terminal, $own);
if ($size ne '') {
    ($terminal, $own) = terminal(split ' ', $size);
    $in  = open_end("$pipes/in",  O_RDONLY | O_NONBLOCK);
    $out = open_end("$pipes/out", O_WRONLY | O_NONBLOCK);
    fcntl $terminal, F_SETFL, O_RDWR | O_NONBLOCK or give_up();
} else {
    $in  = open_end($takes ? "$pipes/in" : '/dev/null', O_RDONLY);
    $out = open_end("$pipes/out", O_WRONLY);
    $err = open_end("$pipes/err", O_WRONLY);
}

# Closed by a successful exec; carries the reason of one that fails.
pipe my $outcome, my $failure or give_up();

my $pid = fork;
give_up() unless defined $pid;
if ($pid == 0) {
    POSIX::dup2(fileno($own || $in),  0);
    POSIX::dup2(fileno($own || $out), 1);
    POSIX::dup2(fileno($own || $err), 2);
    $SIG{$_} = 'DEFAULT' for grep { $_ !~ /^(?:NUM|RT|__|KILL$|STOP$|ZERO$)/ } keys %SIG;
    POSIX::sigprocmask(POSIX::SIG_SETMASK(), POSIX::SigSet->new());
    %ENV = %environment;
    (!$own || take($own))
        and chdir $directory
        and exec {'/bin/sh'} 'sh', '-c',
        'if [ -z "$1" ]; then echo "sh: : not found" >&2; exit 127; fi; exec "$@"', 'sh', @command;
    syswrite $failure, lcfirst $!;
    POSIX::_exit(1);
}
close $_ for $failure, @held, $own ? $own : ($in, $out, $err);
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
if ($terminal) {
    my $carrier = fork;
    carry($terminal, $in, $out) if defined $carrier && $carrier == 0;
    kill 'KILL', $pid unless defined $carrier;
    close $_ for $terminal, $in, $out;
}
1 until waitpid($pid, 0) == $pid;
my $signal = $? & 127;
if ($signal) {
    my $name = (split ' ', $Config{sig_name})[$signal];
    report('killed', $signal, $name, $? & 128 ? 1 : 0);
} else {
    report('exited', $? >> 8);
}
