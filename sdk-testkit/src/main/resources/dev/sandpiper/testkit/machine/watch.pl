# Watches directories with the kernel's inotify and tells what it says, since Java's watch service
# keeps to itself whether a name went away or moved away, and whether it was written or chmodded.
#
# Messages in both directions: a four-byte big-endian length, then that many bytes, of which the
# first four are a watch's number, the fifth is a letter, and the rest is a path or a reason.
# Reads:  o PATH (watch it alone) | r PATH (with all directories below) | x (no more)
#         k PATH (with all below, each by the name it was first seen under)
#         s (tell what the kernel has told until now, then say so)
# Writes: o (it is watched) | f REASON (it cannot be) | x (closed) | v (events were lost) | s
#         c w d m a NAME (created, written, deleted, moved away, attributes changed; relative)
# Ends with its standard input.
use strict;
use warnings;
use bytes;
use Config;
use POSIX ();

my %calls = (
    x86_64  => [ 294, 254, 255 ],
    aarch64 => [ 26,  27,  28 ],
    riscv64 => [ 26,  27,  28 ],
);
my ($machine) = (POSIX::uname())[4];
my ($INIT, $ADD, $REMOVE) = @{ $calls{$machine} || [] };
exit 3 unless $INIT && $^O eq 'linux' && $Config{ptrsize} == 8;
exit 0 if @ARGV;

use constant {
    MODIFY    => 0x2,
    ATTRIB    => 0x4,
    FROM      => 0x40,
    TO        => 0x80,
    CREATE    => 0x100,
    DELETE    => 0x200,
    GONE_SELF => 0x400,
    MOVE_SELF => 0x800,
    OVERFLOW  => 0x4000,
    IGNORED   => 0x8000,
    DIRECTORY => 0x40000000,
    FLAGS     => 0x80800,      # close on exec, never wait
    FAILED    => 4294967295,
};
use constant MASK => MODIFY | ATTRIB | FROM | TO | CREATE | DELETE | GONE_SELF | MOVE_SELF;

$SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM PIPE);
binmode STDIN;
binmode STDOUT;

my %watches;        # by number: what one caller watches
my $spare;          # a handle without watches: closing one takes the kernel some milliseconds
my %by_descriptor;  # the same by its file descriptor
my $readable = '';
vec($readable, 0, 1) = 1;

sub report {
    my ($number, $letter, $text) = @_;
    $text = '' unless defined $text;
    my $message = pack 'NNa1a*', 5 + length $text, $number, $letter, $text;
    my $written = 0;
    while ($written < length $message) {
        my $count = syswrite STDOUT, $message, length($message) - $written, $written;
        exit 1 unless defined $count;
        $written += $count;
    }
}

# The kernel's number for a watched directory, or nothing.
sub add {
    my ($watch, $path) = @_;
    my $full = "$path\0";
    my $id = syscall $ADD, $watch->{descriptor}, $full, MASK;
    return if $id < 0 || $id == FAILED;
    return $id;
}

# Watches a directory under a name relative to the top, '' for the top itself.
sub add_named {
    my ($watch, $name) = @_;
    my $id = add($watch, $name eq '' ? $watch->{path} : "$watch->{path}/$name");
    return unless defined $id;
    return 1 if $watch->{first} && defined $watch->{names}{$id};
    $watch->{names}{$id} = $name;
    return 1;
}

# Adds all directories below; with a list to fill, tells what is found there.
sub add_below {
    my ($watch, $name, $tell) = @_;
    my $path = $name eq '' ? $watch->{path} : "$watch->{path}/$name";
    opendir my $directory, $path or return;
    for my $child (sort grep { $_ ne '.' && $_ ne '..' } readdir $directory) {
        my $below = $name eq '' ? $child : "$name/$child";
        my @found = lstat "$path/$child" or next;
        if ($tell) {
            report($watch->{number}, 'c', $below);
            $watch->{told}{$below} = 1 unless $watch->{first};
        }
        if (-d _) {
            add_named($watch, $below);
            add_below($watch, $below, $tell);
        } elsif ($tell && !$watch->{first} && -f _ && $found[7] > 0) {
            report($watch->{number}, 'w', $below);
        }
    }
    closedir $directory;
}

sub fail {
    my ($watch, $number, $reason) = @_;
    $reason = lcfirst $reason;
    forget($watch) if $watch;
    report($number, 'f', $reason);
}

# A handle with nothing to read.
sub fresh_handle {
    if (my $handle = $spare) {
        undef $spare;
        1 while sysread $handle, my $old, 65536;
        return $handle;
    }
    my $descriptor = syscall $INIT, FLAGS;
    return if $descriptor < 0;
    open my $handle, '<&=', $descriptor or return;
    return $handle;
}

sub begin {
    my ($number, $path, $kind) = @_;
    my $recursive = $kind ne 'o';
    my $handle = fresh_handle() or return fail(undef, $number, "error creating watcher: \l$!");
    my $descriptor = fileno $handle;
    my $watch = {
        number     => $number,
        descriptor => $descriptor,
        handle     => $handle,
        path       => $path eq '/' ? '' : $path,
        recursive  => $recursive,
        first      => $kind eq 'k',
    };
    $watches{$number}           = $watch;
    $by_descriptor{$descriptor} = $watch;
    vec($readable, $descriptor, 1) = 1;
    my $id = add($watch, $path);
    return fail($watch, $number, "error adding path $path to watcher: \l$!") unless defined $id;
    $watch->{names}{$id} = '';
    $watch->{top}        = $id;
    add_below($watch, '', 0) if $recursive;
    report($number, 'o');
}

sub unwatch_all {
    my ($watch) = @_;
    for my $id (keys %{ $watch->{names} }) {
        syscall $REMOVE, $watch->{descriptor}, $id + 0;
    }
    $watch->{names} = {};
}

sub forget {
    my ($watch) = @_;
    vec($readable, $watch->{descriptor}, 1) = 0;
    delete $watches{ $watch->{number} };
    delete $by_descriptor{ $watch->{descriptor} };
    if ($spare) {
        close $watch->{handle};
    } else {
        unwatch_all($watch);
        $spare = $watch->{handle};
    }
}

sub command {
    my ($message) = @_;
    my ($number, $letter, $path) = unpack 'Na1a*', $message;
    if ($letter eq 'x') {
        forget($watches{$number}) if $watches{$number};
        report($number, 'x');
    } elsif ($letter eq 's') {
        my $watch = $watches{$number};
        1 while $watch && events($watch);
        report($number, 's');
    } else {
        begin($number, $path, $letter);
    }
}

# A directory that is watched by itself has another name now, and so has all below it.
sub rename_below {
    my ($watch, $old, $new) = @_;
    for my $id (keys %{ $watch->{names} }) {
        my $name = $watch->{names}{$id};
        next unless index($name, "$old/") == 0;
        $watch->{names}{$id} = $new . substr $name, length $old;
    }
}

# What happens to a watched directory itself. Its parent, where that is watched too, tells the rest.
sub happened_to_itself {
    my ($watch, $id, $mask) = @_;
    my $name = $watch->{names}{$id};
    if ($mask & GONE_SELF) {
        delete $watch->{names}{$id};
        report($watch->{number}, 'd', '.') if $id == $watch->{top};
    } elsif ($mask & MOVE_SELF && $watch->{first} && $id != $watch->{top}) {
        # By its first name, once more, and then no more of it; what is below is still watched.
        syscall $REMOVE, $watch->{descriptor}, $id + 0;
        delete $watch->{names}{$id};
        report($watch->{number}, 'm', $name);
    } elsif ($mask & MOVE_SELF) {
        return unless $id == $watch->{top};
        unwatch_all($watch);
        report($watch->{number}, 'm', '.');
    } elsif ($mask & ATTRIB) {
        report($watch->{number}, 'a', $name eq '' ? '.' : $name);
    }
}

sub created {
    my ($watch, $name, $mask, $cookie) = @_;
    my $old = delete $watch->{moving}{$cookie};
    if (!($mask & TO) && delete $watch->{told}{$name}) {
        return;    # found a moment ago in a new directory
    }
    report($watch->{number}, 'c', $name);
    return unless $watch->{recursive} && $mask & DIRECTORY;
    my $known = $mask & TO && defined $old && !$watch->{first};
    rename_below($watch, $old, $name) if $known;
    add_named($watch, $name);
    add_below($watch, $name, !$known);
}

sub happened {
    my ($watch, $id, $mask, $cookie, $child) = @_;
    if ($mask & OVERFLOW) {
        report($watch->{number}, 'v');
        return;
    }
    my $name = $watch->{names}{$id};
    return unless defined $name;
    if ($mask & IGNORED) {
        delete $watch->{names}{$id};
        return;
    }
    return happened_to_itself($watch, $id, $mask) if $child eq '';
    $child = "$name/$child" if $name ne '';
    if ($mask & (CREATE | TO)) {
        created($watch, $child, $mask, $cookie);
    } elsif ($mask & MODIFY) {
        report($watch->{number}, 'w', $child);
    } elsif ($mask & ATTRIB) {
        report($watch->{number}, 'a', $child);
    } elsif ($mask & DELETE) {
        delete $watch->{told}{$child};
        report($watch->{number}, 'd', $child);
    } elsif ($mask & FROM) {
        delete $watch->{told}{$child};
        $watch->{moving} = {} if keys %{ $watch->{moving} || {} } > 9;
        $watch->{moving}{$cookie} = $child;
        report($watch->{number}, 'm', $child);
    }
}

sub events {
    my ($watch) = @_;
    my $count = sysread $watch->{handle}, my $data, 65536;
    return unless $count;
    my $at = 0;
    while ($at + 16 <= length $data) {
        my ($id, $mask, $cookie, $length) = unpack 'lLLL', substr $data, $at, 16;
        my $child = unpack 'Z*', substr $data, $at + 16, $length;
        happened($watch, $id, $mask, $cookie, defined $child ? $child : '');
        $at += 16 + $length;
    }
    return $count;
}

my $commands = '';
while (1) {
    my $ready = $readable;
    my $count = select $ready, undef, undef, undef;
    next if $count < 0;
    for my $descriptor (grep { vec $ready, $_, 1 } keys %by_descriptor) {
        events($by_descriptor{$descriptor});
    }
    next unless vec $ready, 0, 1;
    sysread STDIN, $commands, 65536, length $commands or exit 0;
    while (length $commands >= 4) {
        my $length = unpack 'N', $commands;
        last if length $commands < 4 + $length;
        command(substr $commands, 4, $length);
        substr($commands, 0, 4 + $length) = '';
    }
}
